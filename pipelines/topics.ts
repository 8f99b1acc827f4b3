/** The topics through which services meet. Each has one writer, but for commands. */
export interface TopicSpec {
  readonly name: string;
  /** `keyed`: partitions shared by all topics keyed by stream. `single`: one partition. */
  readonly partitioning: 'keyed' | 'single';
  /** Records older than this may be deleted; null keeps them for ever. */
  readonly retentionMs: number | null;
  /** Whether only the newest record of each key must be kept. */
  readonly compacted: boolean;
}

const day = 86_400_000;

function keyed(name: string, retentionMs: number | null, compacted = false): TopicSpec {
  return { name, partitioning: 'keyed', retentionMs, compacted };
}

export const topics = {
  telemetry: keyed('cupola.telemetry', 7 * day),
  scores: keyed('cupola.scores', 30 * day),
  anomalies: keyed('cupola.anomalies', 365 * day),
  alarms: keyed('cupola.alarms', null, true),
  streams: keyed('cupola.streams', null),
  models: keyed('cupola.models', null),
  thresholds: keyed('cupola.thresholds', null),
  verdicts: keyed('cupola.verdicts', null),
  commands: keyed('cupola.commands', 365 * day),
  late: keyed('cupola.late', 7 * day),
  truth: keyed('cupola.truth', 365 * day),
  deadLetter: { name: 'cupola.dead-letter', partitioning: 'single', retentionMs: 30 * day, compacted: false },
  stateIngest: { name: 'cupola.state.ingest', partitioning: 'single', retentionMs: null, compacted: true },
  stateScorer: keyed('cupola.state.scorer', null, true),
  stateAnnunciator: keyed('cupola.state.annunciator', null, true),
} as const satisfies Record<string, TopicSpec>;
