import type { ChannelDefinition } from '../telemetry/channel.ts';
import { strideRows, windowRows, type StreamDefinition } from '../telemetry/stream-definition.ts';

/** Where one channel's features stand in a row of features. */
export interface ChannelColumns {
  /** Index into the stream definition's `channels`: the channel's column in a window of engineering values. */
  readonly channel: number;
  readonly definition: ChannelDefinition;
  /** First feature column. */
  readonly offset: number;
  /** Number of feature columns: 1, 2 for an angle, one a state for an enumeration. */
  readonly width: number;
}

/**
 * How a window of engineering values, rows x channels, becomes one of features, rows x features.
 *
 * Scored channels come first, in the definition's order, so that the features that are reconstructed are a prefix of
 * every row; context channels follow. It has the fields of a model's WindowShape.
 */
export interface FeatureLayout {
  readonly rows: number;
  /** Rows of the newest stride, at the window's end. */
  readonly strideRows: number;
  /** Columns of the window of engineering values: all channels of the definition. */
  readonly channels: number;
  readonly features: number;
  /** The first this many feature columns are reconstructed and scored. */
  readonly scoredFeatures: number;
  /** Scored channels in the definition's order. */
  readonly scored: readonly ChannelColumns[];
  /** Context channels in the definition's order. */
  readonly context: readonly ChannelColumns[];
}

/** Features of one channel a row: real, logarithmic and counter 1, angle 2 (sine, cosine), enumeration one a state. */
export function featureWidth(channel: ChannelDefinition): number {
  if (channel.kind === 'angle') return 2;
  if (channel.kind === 'enumeration') return channel.states.length;
  return 1;
}

/** The layout that a stream definition's channels give. */
export function featureLayout(definition: StreamDefinition): FeatureLayout {
  const { channels } = definition;
  let offset = 0;
  const place = (role: ChannelDefinition['role']): ChannelColumns[] =>
    channels.flatMap((channel, index) => {
      if (channel.role !== role) return [];
      const columns = { channel: index, definition: channel, offset, width: featureWidth(channel) };
      offset += columns.width;
      return [columns];
    });
  const scored = place('scored');
  const scoredFeatures = offset;
  const context = place('context');
  return {
    rows: windowRows(definition),
    strideRows: strideRows(definition),
    channels: channels.length,
    features: offset,
    scoredFeatures,
    scored,
    context,
  };
}
