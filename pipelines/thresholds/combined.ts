import type { PolicyParameter } from './threshold-policy.ts';

/** A parameter of every policy: whether what is judged is a window, or a stride by all windows that cover it. */
export const combinedParameter: PolicyParameter = {
  name: 'combined',
  title: '1: strides, by all windows that cover them; 0: windows',
  min: 0,
  max: 1,
  default: 0,
  whole: true,
};
