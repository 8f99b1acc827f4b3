import { unitsMs, type LinePrecision } from './line-protocol-time.ts';

/** Where in another system's JSON objects channel, time and value stand: paths such as `sensor.id`. */
export interface JsonMapping {
  readonly channel: string;
  readonly time: string;
  readonly value: string;
  /** Of times that are numbers. */
  readonly timeUnit: LinePrecision;
  /** Fields that are channels of their own, by path; where there are any, `channel` and `value` say nothing. */
  readonly channels: Readonly<Record<string, string>>;
}

/** What is known of a document besides itself. */
export interface JsonContext {
  /** null: objects are in the form of docs/telemetry.md. */
  readonly mapping: JsonMapping | null;
  /** The channel of all of it; null: each object names its own. */
  readonly channelId: string | null;
  /** The event time of objects that have none; null refuses them. */
  readonly defaultTimeMs: number | null;
}

/** Nothing beside the document. */
export const ownJsonForm: JsonContext = { mapping: null, channelId: null, defaultTimeMs: null };

/** An object in the form of docs/telemetry.md; fields that are not there are undefined. */
export interface JsonForm {
  readonly channel?: unknown;
  readonly time?: unknown;
  readonly times?: unknown;
  readonly value?: unknown;
  readonly values?: unknown;
}

/** Brings an object into the form of docs/telemetry.md: one for each channel that it has values of. */
export function jsonForms(item: object, { mapping, channelId, defaultTimeMs }: JsonContext): readonly JsonForm[] {
  if (mapping === null) {
    const own: JsonForm = item;
    return [{ ...own, channel: channelId ?? own.channel, time: own.time ?? defaultTimeMs ?? undefined }];
  }
  const time = timeIn(item, mapping) ?? defaultTimeMs ?? undefined;
  const channels = Object.entries(mapping.channels);
  if (channels.length === 0)
    return [{ channel: channelId ?? valueAt(item, mapping.channel), time, value: valueAt(item, mapping.value) }];
  return channels
    .map(([path, channel]) => ({ channel, time, value: valueAt(item, path) }))
    .filter(({ value }) => value !== undefined);
}

function timeIn(item: object, { time, timeUnit }: JsonMapping): unknown {
  const value = valueAt(item, time);
  return typeof value === 'number' ? unitsMs(value, timeUnit) : value;
}

/** A field by its whole name, else by a path of names with dots between. */
function valueAt(item: object, path: string): unknown {
  if (Object.hasOwn(item, path)) return item[path as keyof object];
  let inner: unknown = item;
  for (const step of path.split('.')) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = inner[step as keyof object];
  }
  return inner;
}
