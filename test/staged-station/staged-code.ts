import { SeededRandom } from '../../pipelines/random.ts';

const orbitMs = 92.7 * 60_000;
const noise = 0.05;

/** The code of a window with a made-up model: where it is in the orbit, how far channels are off at its end, and noise. */
export function stagedCode(windowEndMs: number, offSigmas: number, random: SeededRandom): Float32Array {
  const phase = (2 * Math.PI * windowEndMs) / orbitMs;
  const exact = [4 * Math.cos(phase), 2 * Math.sin(phase), offSigmas / 4, 0];
  return Float32Array.from(exact, (value) => value + noise * random.normal());
}

/** Codes of an orbit without faults. */
export function stagedHoldoutCodes(stream: string, windows: number): number[][] {
  const random = SeededRandom.for(5, stream);
  return Array.from({ length: windows }, (_, index) => [...stagedCode((index * orbitMs) / windows, 0, random)]);
}
