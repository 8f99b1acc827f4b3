import { z } from 'zod';
import { durationMs, field, hourMs, orbitMs, secondMs, text } from './config-field.ts';

/** The streams of sources that have none of their own: a section of cupola.yaml. */

const number = z.number();

const stateSchema = z.strictObject({
  value: field(number, 'The number that stands for the state.', 1),
  label: field(z.string(), 'What people call it.', 'on'),
});

const channelSectionSchema = z.strictObject({
  id: field(text.max(200), "The source's own id of the channel.", 'tank.pressure'),
  name: field(text.max(200).optional(), 'A short name for people; the id by default.', 'Tank pressure'),
  kind: field(
    z.enum(['real', 'angle', 'counter', 'enumeration', 'logarithmic']).optional(),
    'What models are to make of the values; real by default.',
    'real',
  ),
  unit: field(z.string().max(40).optional(), 'Unit of the values.', 'kPa'),
  role: field(
    z.enum(['scored', 'context']).optional(),
    'Scored channels are reconstructed and judged; context (commands, modes) is only seen. Scored by default.',
    'context',
  ),
  onChange: field(z.boolean().optional(), 'Whether a sample is sent only when the value changes.', true),
  staleAfterMs: field(
    durationMs(1).optional(),
    "Age at which the last observation is no longer carried; the stream's own by default.",
    600_000,
  ),
  hardLimits: z
    .strictObject({
      low: field(number.optional(), 'The least that is allowed, whatever any model says.', 90),
      high: field(number.optional(), 'The most that is allowed, whatever any model says.', 110),
    })
    .optional(),
  leastDeviation: field(
    number.positive().optional(),
    'Of a real channel or a counter: the standard deviation that it is taken to have at least. Changes much smaller than it are of no interest.',
    0.5,
  ),
  period: field(number.positive().optional(), 'Of an angle: where it wraps; 360 by default.', 360),
  rolloverAt: field(number.positive().optional(), 'Of a counter: where it begins again.', 65_536),
  states: field(z.array(stateSchema).optional(), 'Of an enumeration: its values.', [
    { value: 0, label: 'off' },
    { value: 1, label: 'on' },
  ]),
});

export const definedStreamSchema = z.strictObject({
  stream: field(text.max(100), 'Id of the stream: letters, digits, dot, dash and underscore.', 'tank'),
  source: field(text, 'Name of the source that feeds it.', 'line-protocol-http'),
  version: field(z.int().min(1).max(1_000_000).default(1), 'Raise it with every change of the definition.', 2),
  name: field(text.optional(), 'A short name for people; the id by default.', 'Propellant tank'),
  subsystem: field(z.string().default(''), 'Where it stands on the console.', 'PROP'),
  intervalMs: field(durationMs(1), 'Distance between grid cells: how often a value is due.', secondMs),
  windowLengthMs: field(durationMs(1).optional(), 'Length of a window; 64 intervals by default.', 64 * secondMs),
  strideMs: field(durationMs(1).optional(), 'Distance between windows; 8 intervals by default.', 8 * secondMs),
  outOfOrdernessMs: field(
    durationMs(0).default(10 * secondMs),
    'How late a sample may come, its way here and the batching of its sender included.',
    2 * secondMs,
  ),
  staleAfterMs: field(
    durationMs(1).optional(),
    'Age at which a last observation is no longer carried; 4 intervals by default.',
    4 * secondMs,
  ),
  maxMissingShare: field(
    z.number().min(0).lt(1).default(0.25),
    'Share of missing cells above which a window is a gap.',
    0.25,
  ),
  backfillMs: field(
    durationMs(0).default(hourMs / 2),
    'How long after its end a gap may still be scored as backfill.',
    hourMs,
  ),
  maxAheadMs: field(
    durationMs(1).default(60 * secondMs),
    'Event times further ahead of the clock are refused.',
    secondMs,
  ),
  warmUpMs: field(
    durationMs(1).optional(),
    'First stretch of telemetry, on which robust-limits is fitted; an hour by default, a window at least.',
    orbitMs,
  ),
  channels: field(
    z
      .array(z.union([text.max(200), channelSectionSchema]))
      .min(1)
      .max(4096),
    'The channels that are modelled together: ids, or sections that say more. Ids of the public station parameters bring name, unit and kind with them.',
    ['NODE3000005', 'tank.pressure'],
  ),
});

export type DefinedStream = z.output<typeof definedStreamSchema>;
