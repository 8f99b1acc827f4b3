import type { SourceSamples } from './source-samples.ts';

/** As many channels as a Uint16 can tell apart. */
export const maxSourceChannels = 0x1_0000;

/** One batch of several, in their order. Their dictionaries together have at most `maxSourceChannels` entries. */
export function joinSourceSamples(batches: readonly SourceSamples[]): SourceSamples {
  if (batches.length === 1) return batches[0]!;
  const indexOf = new Map<string, number>();
  const length = batches.reduce((sum, { channel }) => sum + channel.length, 0);
  const joined = {
    channel: new Uint16Array(length),
    eventTimeMs: new Float64Array(length),
    value: new Float64Array(length),
  };
  let at = 0;
  for (const { channelIds, channel, eventTimeMs, value } of batches) {
    const indexes = channelIds.map((id) => indexIn(indexOf, id));
    for (let i = 0; i < channel.length; i++) joined.channel[at + i] = indexes[channel[i]!]!;
    joined.eventTimeMs.set(eventTimeMs, at);
    joined.value.set(value, at);
    at += channel.length;
  }
  return { channelIds: [...indexOf.keys()], ...joined };
}

/** The place of an id in a dictionary, which grows by it where it is new. */
function indexIn(dictionary: Map<string, number>, id: string): number {
  const known = dictionary.get(id);
  if (known !== undefined) return known;
  dictionary.set(id, dictionary.size);
  return dictionary.size - 1;
}
