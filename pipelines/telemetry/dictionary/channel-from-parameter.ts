import { channelSchema, type ChannelDefinition } from '../channel.ts';
import { parameterById } from './parameter-dictionary.ts';

/** What a stream may know better of a channel than the dictionary does. */
export type ChannelOverrides = Partial<
  Pick<ChannelDefinition, 'name' | 'unit' | 'role' | 'onChange' | 'staleAfterMs' | 'hardLimits' | 'leastDeviation'>
>;

/**
 * The channel of a parameter: kind, states, unit and hard limits as in the dictionary, unless overridden. Enumerations are
 * context by default, everything else is scored.
 *
 * Errors: CUPOLA_PARAMETER_UNKNOWN.
 */
export function channelFromParameter(id: string, overrides: ChannelOverrides = {}): ChannelDefinition {
  const { discipline: _d, description: _t, opsName: _o, engineeringName: _e, ...channel } = parameterById(id);
  const role = channel.kind === 'enumeration' ? 'context' : 'scored';
  return channelSchema.parse({ ...channel, role, ...overrides });
}
