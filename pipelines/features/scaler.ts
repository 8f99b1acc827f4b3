/**
 * One affine map a feature column: scaled = (value - center) / scale. `scale` is greater than 0 for every column,
 * also of a channel that was constant in training (see fit-scaler.ts for its floor).
 */
export interface ScalerParameters {
  readonly center: readonly number[];
  readonly scale: readonly number[];
}
