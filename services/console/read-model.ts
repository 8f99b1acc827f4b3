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
import type { DriftReport, FitDecision, Suspicion } from '../../pipelines/fit-decision.ts';
import type { ScoreEvent } from '../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';
import type { CommandStatus, ModelDecision } from './api.ts';
import { StreamModel } from './stream-model.ts';

const maxAnomalies = 2000;
const maxFaults = 2000;
const maxCommands = 2000;
const maxVerdicts = 2000;
const maxDecisions = 5000;

/** What changed since it was last asked for. */
export interface Changes {
  readonly streams: ReadonlySet<StreamModel>;
  readonly anomalies: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
}

/** What the service that applies a command made of it. */
type Answer = Pick<ModelSetting, 'effectiveFromMs' | 'refusedBecause'>;

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
  /** What decided, or asked for, models; beside the other commands, so that they are not forgotten for those. */
  readonly #decisions = new Map<string, DecidingCommand>();
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
    if (isDeciding(command)) setBounded(this.#decisions, command.id, command, maxDecisions);
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
    return [...this.#decisions.values()].reverse().map((command) => {
      const { id, stream, issuedAtMs, issuedBy, reason } = command;
      const { decision = null, suspicion = null, drift = null } = { ...command } as DecidedNumbers;
      const modelVersion = command.type === 'train' ? null : command.modelVersion;
      const what = decided(command);
      const answer = what === 'declined' ? null : (this.#answers.get(id) ?? null);
      const effectiveFromMs = answer && answer.refusedBecause === null ? answer.effectiveFromMs : null;
      const refusedBecause = answer?.refusedBecause ?? null;
      const about = { id, stream, what, modelVersion, issuedAtMs, issuedBy, reason, effectiveFromMs, refusedBecause };
      return { ...about, decision, suspicion, drift };
    });
  }

  /** Why the model that governs a stream is suspect; null where it is not. */
  suspicionOf({ stream, models }: StreamModel): Suspicion | null {
    const governing = models.at(-1);
    if (!governing) return null;
    for (const command of this.#decisions.values()) {
      const { suspicion } = command as DecidedNumbers;
      const isIt =
        suspicion?.modelVersion === governing.modelVersion && suspicion.governsFromMs === governing.effectiveFromMs;
      if (isIt && command.stream === stream) return suspicion;
    }
    return null;
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

/** Commands that decide about models, or say why there is to be another. */
type DecidingCommand = Extract<Command, { type: 'promote' | 'decline' | 'train' }>;

/** The numbers that such a command may carry. */
interface DecidedNumbers {
  readonly decision?: FitDecision;
  readonly suspicion?: Suspicion;
  readonly drift?: DriftReport;
}

function isDeciding(command: Command): command is DecidingCommand {
  return command.type === 'promote' || command.type === 'decline' || command.type === 'train';
}

function decided(command: DecidingCommand): ModelDecision['what'] {
  if (command.type === 'train') return 'fit asked for';
  if (command.type === 'decline') return 'declined';
  return command.suspicion ? 'rolled back to' : 'promoted';
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

/** Sets a key as the newest and forgets the oldest beyond `most`. */
function setBounded<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}
