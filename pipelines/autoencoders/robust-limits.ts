import type { ArchitectureDescription } from './architecture.ts';

/**
 * The model without weights: it reconstructs 0 in scaled units, which with a robust scaler is each channel's median, so
 * that a window's error is its mean squared robust z-score. It is fitted by fit-robust-limits.ts rather than by gradient.
 */
export const robustLimits: ArchitectureDescription = { name: 'robust-limits', settings: {} };
