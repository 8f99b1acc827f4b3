import type { ScoreEvent, WindowScore } from './score-event.ts';

/** What all events of one run have in common. */
export interface RunIdentity {
  readonly stream: string;
  readonly definitionVersion: number;
  /** modelVersion of window scores, channelId of what concerns a channel, '' for the rest. */
  readonly subject: string;
  /** `backfill` of window scores. */
  readonly flag: boolean;
}

/** How events of one type are stored. Methods, so that a form of one type stands where any form may. */
export interface EventForm<E extends ScoreEvent> {
  /** The byte that names the type. Never reused. */
  readonly code: number;
  /** How many numbers and how many Float32 columns an event has. */
  readonly numbers: number;
  readonly columns: number;
  subject(event: E): string;
  flag(event: E): boolean;
  numbersOf(event: E): readonly number[];
  columnsOf(event: E): readonly Float32Array[];
  event(run: RunIdentity, numbers: Float64Array, columns: readonly Float32Array[]): E;
}

const none = new Float32Array(0);

const score: EventForm<WindowScore> = {
  code: 8,
  numbers: 5,
  columns: 5,
  subject: (event) => event.modelVersion,
  flag: (event) => event.backfill,
  numbersOf: (event) => [
    event.windowStartMs,
    event.windowEndMs,
    event.reconstructionError,
    event.anomalyScore,
    event.missingShare,
  ],
  columnsOf: (event) => [event.contributions, event.latent, event.reconstruction, event.strideErrors, event.rowErrors],
  event: (
    { stream, definitionVersion, subject, flag },
    numbers,
    [contributions, latent, reconstruction, strideErrors = none, rowErrors = none],
  ) => ({
    type: 'score',
    stream,
    definitionVersion,
    windowStartMs: numbers[0]!,
    windowEndMs: numbers[1]!,
    modelVersion: subject,
    reconstructionError: numbers[2]!,
    anomalyScore: numbers[3]!,
    strideErrors,
    rowErrors,
    contributions: contributions!,
    latent: latent!,
    reconstruction: reconstruction!,
    missingShare: numbers[4]!,
    backfill: flag,
  }),
};

/** Scores as they were written before they told the errors of rows, and before those of strides. */
export const scoresOfBefore: readonly EventForm<WindowScore>[] = [
  { ...score, code: 7, columns: 4 },
  { ...score, code: 1, columns: 3 },
];

/** A form of events that are a few numbers and perhaps a channel. */
function plain<E extends Exclude<ScoreEvent, WindowScore>>(
  code: number,
  numbers: number,
  form: Pick<EventForm<E>, 'numbersOf' | 'event'>,
): EventForm<E> {
  return {
    code,
    numbers,
    columns: 0,
    subject: (event) => ('channelId' in event ? event.channelId : ''),
    flag: () => false,
    columnsOf: () => [],
    ...form,
  };
}

/** Every type of score event with its form. */
export const eventForms: { readonly [T in ScoreEvent['type']]: EventForm<Extract<ScoreEvent, { type: T }>> } = {
  score,
  gap: plain(2, 3, {
    numbersOf: (event) => [event.firstWindowStartMs, event.windows, event.missingShare],
    event: ({ stream, definitionVersion }, [firstWindowStartMs, windows, missingShare]) => ({
      type: 'gap',
      stream,
      definitionVersion,
      firstWindowStartMs: firstWindowStartMs!,
      windows: windows!,
      missingShare: missingShare!,
    }),
  }),
  stale: plain(3, 1, {
    numbersOf: (event) => [event.lastObservedMs ?? Number.NaN],
    event: ({ stream, definitionVersion, subject }, [lastObservedMs]) => ({
      type: 'stale',
      stream,
      definitionVersion,
      channelId: subject,
      lastObservedMs: nullable(lastObservedMs!),
    }),
  }),
  resumed: plain(4, 2, {
    numbersOf: (event) => [event.lastObservedMs ?? Number.NaN, event.resumedMs],
    event: ({ stream, definitionVersion, subject }, [lastObservedMs, resumedMs]) => ({
      type: 'resumed',
      stream,
      definitionVersion,
      channelId: subject,
      lastObservedMs: nullable(lastObservedMs!),
      resumedMs: resumedMs!,
    }),
  }),
  'warm-up': plain(5, 2, {
    numbersOf: (event) => [event.windowStartMs, event.remainingMs],
    event: ({ stream, definitionVersion }, [windowStartMs, remainingMs]) => ({
      type: 'warm-up',
      stream,
      definitionVersion,
      windowStartMs: windowStartMs!,
      remainingMs: remainingMs!,
    }),
  }),
  watermark: plain(6, 1, {
    numbersOf: (event) => [event.watermarkMs],
    event: ({ stream, definitionVersion }, [watermarkMs]) => ({
      type: 'watermark',
      stream,
      definitionVersion,
      watermarkMs: watermarkMs!,
    }),
  }),
};

/** NaN stands for null in times, which are never NaN. */
function nullable(timeMs: number): number | null {
  return Number.isNaN(timeMs) ? null : timeMs;
}
