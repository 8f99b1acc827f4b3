import { channelFromParameter } from '../../pipelines/telemetry/dictionary/channel-from-parameter.ts';
import { parameterDictionary } from '../../pipelines/telemetry/dictionary/parameter-dictionary.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { hourMs } from './config-field.ts';
import { problem, type ConfigProblem } from './config-problems.ts';
import type { DefinedStream } from './config-streams.ts';

/** The definition of a stream that streamProblems found nothing wrong with. */
export function streamDefinition(defined: DefinedStream): StreamDefinition {
  return streamDefinitionSchema.parse(wholeDefinition(defined));
}

/** What rules of its own a definition breaks; `at` is its place in the list. */
export function streamProblems(defined: DefinedStream, at: number): ConfigProblem[] {
  const whole: Record<string, unknown> = wholeDefinition(defined);
  const { error } = streamDefinitionSchema.safeParse(whole);
  return (error?.issues ?? []).map(({ path, message }) => {
    const value = path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown>)[step], whole);
    return problem(
      ['streamDefinitions', at, ...(path as (string | number)[])],
      value,
      message.replace(/^must be /, ''),
    );
  });
}

function wholeDefinition(defined: DefinedStream) {
  const { intervalMs, windowLengthMs = 64 * intervalMs } = defined;
  return {
    ...defined,
    name: defined.name ?? defined.stream,
    windowLengthMs,
    strideMs: defined.strideMs ?? 8 * intervalMs,
    staleAfterMs: defined.staleAfterMs ?? 4 * intervalMs,
    warmUpMs: defined.warmUpMs ?? Math.max(hourMs, windowLengthMs),
    channels: defined.channels.map(wholeChannel),
  };
}

function wholeChannel(channel: DefinedStream['channels'][number]) {
  const given = typeof channel === 'string' ? { id: channel } : channel;
  const known = parameterDictionary.has(given.id) ? channelFromParameter(given.id) : { name: given.id, kind: 'real' };
  return { ...known, ...given };
}
