import type { Command, ModelSetting } from '../../pipelines/commands.ts';
import type { DriftReport, FitDecision, Suspicion } from '../../pipelines/fit-decision.ts';
import type { ModelDecision } from './api.ts';
import { setBounded } from './set-bounded.ts';

const maxDecisions = 5000;

/** What the service that applies a command made of it. */
export type Answer = Pick<ModelSetting, 'effectiveFromMs' | 'refusedBecause'>;

/** Commands that decide about models, or say why there is to be another. */
type DecidingCommand = Extract<Command, { type: 'promote' | 'decline' | 'train' }>;

/** The numbers that such a command may carry. */
interface DecidedNumbers {
  readonly decision?: FitDecision | undefined;
  readonly suspicion?: Suspicion | undefined;
  readonly drift?: DriftReport | undefined;
}

/** What was decided about models: kept beside the other commands, so that it is not forgotten for those. */
export class ModelDecisions {
  readonly #commands = new Map<string, DecidingCommand>();

  take(command: Command): void {
    if (command.type !== 'promote' && command.type !== 'decline' && command.type !== 'train') return;
    setBounded(this.#commands, command.id, command, maxDecisions);
  }

  /** Newest first. */
  list(answerTo: (commandId: string) => Answer | null): ModelDecision[] {
    return [...this.#commands.values()].reverse().map((command) => decisionOf(command, answerTo(command.id)));
  }

  /** Why the model that governs is suspect; null where it is not. */
  suspicionOf({ stream, modelVersion, effectiveFromMs }: ModelSetting): Suspicion | null {
    for (const command of this.#commands.values()) {
      const { suspicion }: DecidedNumbers = command;
      const isIt = suspicion?.modelVersion === modelVersion && suspicion.governsFromMs === effectiveFromMs;
      if (isIt && command.stream === stream) return suspicion;
    }
    return null;
  }
}

function decisionOf(command: DecidingCommand, answer: Answer | null): ModelDecision {
  const { id, stream, issuedAtMs, issuedBy, reason } = command;
  const { decision, suspicion, drift }: DecidedNumbers = command;
  const isDeclined = command.type === 'decline';
  return {
    id,
    stream,
    what: whatOf(command),
    modelVersion: command.type === 'train' ? null : command.modelVersion,
    issuedAtMs,
    issuedBy,
    reason,
    effectiveFromMs: answer?.refusedBecause === null ? answer.effectiveFromMs : null,
    refusedBecause: isDeclined ? null : (answer?.refusedBecause ?? null),
    decision: decision ?? null,
    suspicion: suspicion ?? null,
    drift: drift ?? null,
  };
}

function whatOf(command: DecidingCommand): ModelDecision['what'] {
  if (command.type === 'train') return 'fit asked for';
  if (command.type === 'decline') return 'declined';
  return command.suspicion ? 'rolled back to' : 'promoted';
}
