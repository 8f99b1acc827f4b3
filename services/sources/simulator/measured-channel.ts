/**
 * How one quantity of a subsystem's state becomes telemetry: what is true, how noisy the sensor is, how finely it
 * resolves, and when a sample is sent.
 */
export interface MeasuredChannel<State> {
  /** Public parameter id, such as `NODE3000005`. */
  readonly id: string;
  readonly truth: (state: State) => number;
  /** Standard deviation of the sensor's own white noise, in the channel's unit; 0 for states and commands. */
  readonly sigma: number;
  /** Resolution: values are whole multiples of 1 / stepsPerUnit. */
  readonly stepsPerUnit: number;
  /** Sent only when the resolved value changes; otherwise once an interval. */
  readonly onChange: boolean;
  readonly role: 'scored' | 'context';
  /**
   * Whether the orbit moves it by many sigma. Only then is a frozen or decoupled value a fault that
   * telemetry can show.
   */
  readonly swings: boolean;
}

/** A scored sensor sampled once an interval. */
export function sensor<State>(
  id: string,
  truth: (state: State) => number,
  sigma: number,
  stepsPerUnit: number,
): MeasuredChannel<State> {
  return { id, truth, sigma, stepsPerUnit, onChange: false, role: 'scored', swings: false };
}

/** A scored sensor sampled once an interval that the orbit moves by many sigma. */
export function swinging<State>(
  id: string,
  truth: (state: State) => number,
  sigma: number,
  stepsPerUnit: number,
): MeasuredChannel<State> {
  return { ...sensor(id, truth, sigma, stepsPerUnit), swings: true };
}

/** A scored, coarsely resolved quantity that is sent on change: it flickers between neighbouring steps. */
export function counted<State>(
  id: string,
  truth: (state: State) => number,
  sigma: number,
  stepsPerUnit: number,
): MeasuredChannel<State> {
  return { ...sensor(id, truth, sigma, stepsPerUnit), onChange: true };
}

/** A state, mode, switch or command, sent on change and seen as context. */
export function mode<State>(id: string, truth: (state: State) => number): MeasuredChannel<State> {
  return { id, truth, sigma: 0, stepsPerUnit: 1, onChange: true, role: 'context', swings: false };
}

/** Geometry that is computed rather than sensed: exact, sampled once an interval and seen as context. */
export function geometry<State>(
  id: string,
  truth: (state: State) => number,
  stepsPerUnit: number,
): MeasuredChannel<State> {
  return { id, truth, sigma: 0, stepsPerUnit, onChange: false, role: 'context', swings: false };
}

/** The same channels measured of a whole that holds their state. */
export function within<Whole, State>(
  channels: readonly MeasuredChannel<State>[],
  part: (whole: Whole) => State,
): MeasuredChannel<Whole>[] {
  return channels.map((channel) => ({ ...channel, truth: (whole) => channel.truth(part(whole)) }));
}
