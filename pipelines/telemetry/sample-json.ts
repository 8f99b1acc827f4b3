/**
 * The JSON form of one sample. Numbers that JSON has no form for are written as text ("NaN", "Infinity"), which no reader
 * takes for a value.
 */
export function sampleJson(channelId: string, time: unknown, value: unknown): string {
  return `{"channel":${JSON.stringify(channelId)},"time":${exactJson(time)},"value":${exactJson(value)}}`;
}

function exactJson(value: unknown): string {
  if (typeof value !== 'number') return JSON.stringify(value) ?? 'null';
  if (!Number.isFinite(value)) return `"${value}"`;
  // JSON.stringify drops the sign of -0.
  return Object.is(value, -0) ? '-0' : String(value);
}
