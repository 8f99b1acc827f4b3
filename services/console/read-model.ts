import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type {
  Command,
  DeclineCommand,
  ModelSetting,
  PromoteCommand,
  ThresholdRecord,
  Verdict,
} from '../../pipelines/commands.ts';
import { commandedFaultId, commandOfFault } from '../../pipelines/fault-request.ts';
import type { Suspicion } from '../../pipelines/fit-decision.ts';
import type { ScoreEvent } from '../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';
import type { CommandStatus, ModelDecision } from './api.ts';
import { setBounded } from './set-bounded.ts';
import { ModelDecisions, type Answer } from './model-decisions.ts';
import { StreamModel } from './stream-model.ts';

const maxAnomalies = 2000;
const maxFaults = 2000;
const maxCommands = 2000;
const maxVerdicts = 2000;

/** What changed since it was last asked for. */
export interface Changes {
  readonly streams: ReadonlySet<StreamModel>;
  readonly anomalies: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
}

/** Everything the console knows: a fold over the log's topics. Bounded: the oldest is forgotten, and history has it. */
export class ReadModel {
  readonly #streams = new Map<string, StreamModel>();
  readonly #anomalies = new Map<string, AnomalyEvent>();
  readonly #faults = new Map<string, FaultTruth>();
  readonly #verdicts = new Map<string, Verdict>();
  readonly #commands = new Map<string, Command>();
  readonly #answers = new Map<string, Answer>();
  /** The command to promote, or to decline, that came of a command to train. */
  readonly #fits = new Map<string, PromoteCommand | DeclineCommand>();
  readonly #decisions = new ModelDecisions();
  #changes = emptyChanges();
  readonly #unannouncedFaults = new Set<string>();
  stationTimeMs: number | null = null;

  takeDefinition(definition: StreamDefinition): void {
    this.#touch(definition.stream).define(definition);
  }

  takeScoreEvent(event: ScoreEvent): void {
    this.#touch(event.stream).takeScoreEvent(event);
    if (event.type === 'watermark') this.stationTimeMs = Math.max(event.watermarkMs, this.stationTimeMs ?? -Infinity);
  }

  takeAnomaly(event: AnomalyEvent): void {
    this.#touch(event.stream).takeAnomaly(event);
    setBounded(this.#anomalies, event.id, event, maxAnomalies);
    this.#changes.anomalies.add(event.id);
  }

  takeModelSetting(setting: ModelSetting): void {
    if (setting.refusedBecause === null) this.#touch(setting.stream).models.push(setting);
    this.#answer(setting);
  }

  takeThreshold(record: ThresholdRecord): void {
    if (record.refusedBecause === null) this.#touch(record.stream).thresholds.push(record);
    this.#answer(record);
  }

  /** A verdict answers its command and holds at once: its effect begins with the time that it is about. */
  takeVerdict(verdict: Verdict): void {
    setBounded(this.#verdicts, verdict.commandId, verdict, maxVerdicts);
    this.#answer({ commandId: verdict.commandId, effectiveFromMs: verdict.fromMs, refusedBecause: null });
    for (const anomaly of this.#anomalies.values())
      if (isAbout(verdict, anomaly)) this.#changes.anomalies.add(anomaly.id);
  }

  takeCommand(command: Command): void {
    setBounded(this.#commands, command.id, command, maxCommands);
    this.#changes.commands.add(command.id);
    this.#decisions.take(command);
    if ('suspicion' in command) this.#touch(command.stream);
    if (command.type === 'decline') this.#answer({ ...notGoverning(command), commandId: command.id });
    const isOfFit = command.type === 'decline' || (command.type === 'promote' && !command.suspicion);
    if (isOfFit && command.issuedBy === 'trainer') this.#answerTraining(command);
  }

  takeFault(fault: FaultTruth): void {
    setBounded(this.#faults, fault.id, fault, maxFaults);
    this.#unannouncedFaults.add(fault.id);
    const commandId = commandOfFault(fault.id);
    if (commandId !== null) this.#changes.commands.add(commandId);
  }

  /** A setting names the command that asked for it. */
  #answer({ commandId, effectiveFromMs, refusedBecause }: Answer & Pick<ModelSetting, 'commandId'>): void {
    if (commandId === null) return;
    setBounded(this.#answers, commandId, { effectiveFromMs, refusedBecause }, maxCommands);
    this.#changes.commands.add(commandId);
  }

  /** A stream's commands stand in one partition: what the trainer promotes answers what it was asked before. */
  #answerTraining(fit: PromoteCommand | DeclineCommand): void {
    for (const { id, type, stream } of this.#commands.values())
      if (type === 'train' && stream === fit.stream && !this.#fits.has(id))
        setBounded(this.#fits, id, fit, maxCommands);
  }

  /** Streams that were defined, by subsystem in the order of their names. */
  streams(): readonly StreamModel[] {
    return [...this.#streams.values()]
      .filter((model) => model.definition !== null)
      .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }

  stream(stream: string): StreamModel | null {
    const model = this.#streams.get(stream);
    return model?.definition ? model : null;
  }

  anomaly(id: string): AnomalyEvent | null {
    return this.#anomalies.get(id) ?? null;
  }

  /** Newest first. */
  anomalies(): readonly AnomalyEvent[] {
    return [...this.#anomalies.values()].sort((a, b) => b.startMs - a.startMs);
  }

  /** Newest first. */
  verdicts(): readonly Verdict[] {
    return [...this.#verdicts.values()].reverse();
  }

  /** The newest verdict about some of an anomaly's rows; remarks are none. */
  verdictOn(anomaly: AnomalyEvent): Verdict | null {
    return this.verdicts().find((verdict) => isAbout(verdict, anomaly) && verdict.judgement !== 'note') ?? null;
  }

  /** What was decided about models, newest first. */
  decisions(): readonly ModelDecision[] {
    return this.#decisions.list((commandId) => this.#answers.get(commandId) ?? null);
  }

  /** Why the model that governs a stream is suspect; null where it is not. */
  suspicionOf({ models }: StreamModel): Suspicion | null {
    const governing = models.at(-1);
    return governing ? this.#decisions.suspicionOf(governing) : null;
  }

  /** Faults that have begun by station time, newest first: what is still to come stays a surprise. */
  faults(): readonly FaultTruth[] {
    const nowMs = this.stationTimeMs ?? -Infinity;
    return this.#newestFaults(({ startMs }) => startMs <= nowMs);
  }

  /** The same, and those that were asked for, which are no surprise. */
  knownFaults(): readonly FaultTruth[] {
    const nowMs = this.stationTimeMs ?? -Infinity;
    return this.#newestFaults(({ id, startMs }) => startMs <= nowMs || commandOfFault(id) !== null);
  }

  #newestFaults(isShown: (fault: FaultTruth) => boolean): readonly FaultTruth[] {
    return [...this.#faults.values()].filter(isShown).sort((a, b) => b.startMs - a.startMs);
  }

  /** Faults that have begun since this was last asked. */
  takeBegunFaults(): readonly FaultTruth[] {
    const begun = this.faults().filter(({ id }) => this.#unannouncedFaults.has(id));
    for (const { id } of begun) this.#unannouncedFaults.delete(id);
    return begun;
  }

  get simulated(): boolean {
    return this.#faults.size > 0;
  }

  command(id: string): CommandStatus | null {
    const command = this.#commands.get(id);
    if (!command) return null;
    if (command.type === 'inject-fault')
      return injectionStatus(command, this.#faults.get(commandedFaultId(id)) ?? null);
    const fit = this.#fits.get(id);
    const status = commandStatus(command, this.#answers.get(fit?.id ?? id) ?? null);
    return fit ? { ...status, modelVersion: fit.modelVersion } : status;
  }

  /** What changed since this was last asked. */
  takeChanges(): Changes {
    const changes = this.#changes;
    this.#changes = emptyChanges();
    return changes;
  }

  #touch(stream: string): StreamModel {
    const model = this.#streams.get(stream) ?? new StreamModel(stream);
    this.#streams.set(stream, model);
    this.#changes.streams.add(model);
    return model;
  }
}

function isAbout(verdict: Verdict, { id, stream, startMs, endMs }: AnomalyEvent): boolean {
  const meets = verdict.stream === stream && verdict.fromMs < endMs && verdict.toMs > startMs;
  return verdict.anomalyId === id || meets;
}

/** A challenger that was declined governs from nowhere on. */
function notGoverning({ reason }: DeclineCommand): Answer {
  return { effectiveFromMs: Number.NaN, refusedBecause: `declined: ${reason}` };
}

/** How a command stands. */
function commandStatus(command: Command, answer: Answer | null): CommandStatus {
  const { id, stream, type, issuedAtMs, issuedBy, reason } = command;
  const refusedBecause = answer?.refusedBecause ?? null;
  const applied = answer !== null && refusedBecause === null;
  return {
    id,
    stream,
    type,
    state: answer === null ? 'pending' : applied ? 'applied' : 'refused',
    issuedAtMs,
    issuedBy,
    reason,
    setting: command.type === 'set-threshold' ? command.setting : null,
    modelVersion: command.type === 'promote' ? command.modelVersion : null,
    injected: null,
    effectiveFromMs: applied ? answer.effectiveFromMs : null,
    refusedBecause,
  };
}

/** The answer to a command to inject a fault is the fault's truth. */
function injectionStatus(command: Command, injected: FaultTruth | null): CommandStatus {
  const answer = injected && { effectiveFromMs: injected.startMs, refusedBecause: null };
  return { ...commandStatus(command, answer), injected };
}

function emptyChanges() {
  return {
    streams: new Set<StreamModel>(),
    anomalies: new Set<string>(),
    commands: new Set<string>(),
  };
}

function sortKey({ definition, stream }: StreamModel): string {
  return `${definition?.subsystem}\0${definition?.name}\0${stream}`;
}
