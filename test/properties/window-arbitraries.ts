import * as fc from 'fast-check';
import type { WindowMatrix } from '../../pipelines/features/transform-window.ts';
import type { ChannelDefinition } from '../../pipelines/telemetry/channel.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

type ChannelInput = { kind: ChannelDefinition['kind'] } & Record<string, unknown>;

const kinds: fc.Arbitrary<ChannelInput> = fc.constantFrom<ChannelInput[]>(
  { kind: 'real' },
  { kind: 'angle', period: 360 },
  { kind: 'angle', period: 2 },
  { kind: 'counter', rolloverAt: 256 },
  { kind: 'logarithmic' },
  { kind: 'enumeration', states: [0, 1, 5].map((value) => ({ value, label: `S${value}` })) },
  { kind: 'enumeration', states: [{ value: 7, label: 'ONLY' }] },
);

/** A definition with these channels on a grid of 1 s; channel ids are c0, c1, ... */
export function definitionOf(
  channels: readonly Record<string, unknown>[],
  rows: number,
  strideRows: number,
): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream: 'test',
    name: 'Test',
    source: 'test',
    intervalMs: 1000,
    windowLengthMs: rows * 1000,
    strideMs: strideRows * 1000,
    staleAfterMs: 10_000,
    warmUpMs: rows * 1000,
    channels: channels.map((channel, index) => ({ id: `c${index}`, name: `Channel ${index}`, ...channel })),
  });
}

/** Definitions with every kind and role of channel, at least one of them scored. */
export const definition: fc.Arbitrary<StreamDefinition> = fc
  .record({
    first: kinds,
    others: fc.array(fc.tuple(kinds, fc.constantFrom('scored', 'context')), { maxLength: 5 }),
    rows: fc.integer({ min: 1, max: 8 }),
    stride: fc.nat({ max: 7 }),
  })
  .map(({ first, others, rows, stride }) =>
    definitionOf(
      [...others.map(([kind, role]) => ({ ...kind, role })), { ...first, role: 'scored' }],
      rows,
      1 + (stride % rows),
    ),
  );

/** Values of a channel as they occur. */
function valueOf(channel: ChannelDefinition): fc.Arbitrary<number> {
  switch (channel.kind) {
    case 'enumeration':
      return fc.constantFrom(...channel.states.map((state) => state.value));
    case 'counter':
      return fc.nat({ max: channel.rolloverAt - 1 });
    case 'logarithmic':
      return fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    case 'angle':
      return fc.double({ min: -channel.period, max: channel.period, noNaN: true });
    case 'real':
      return fc.double({ min: -1e6, max: 1e6, noNaN: true });
  }
}

/** Any window of a definition, a quarter of its cells missing; `anyValue` replaces what is usual for a channel. */
export function window(of: StreamDefinition, anyValue?: fc.Arbitrary<number>): fc.Arbitrary<WindowMatrix> {
  const rows = of.windowLengthMs / of.intervalMs;
  const cell = (channel: ChannelDefinition): fc.Arbitrary<[number, number]> =>
    fc.tuple(anyValue ?? valueOf(channel), fc.constantFrom(0, 1, 2, 2));
  return fc.array(fc.tuple(...of.channels.map(cell)), { minLength: rows, maxLength: rows }).map((cells) => ({
    values: Float64Array.from(cells.flat(), ([value, mask]) => (mask === 0 ? 0 : value)),
    mask: Uint8Array.from(cells.flat(), ([, mask]) => mask),
  }));
}
