import type { Clock } from '../../../pipelines/ports.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';

/** Wall-clock seconds that a port's work took. */
export interface PortSeconds {
  fit: number;
  score: number;
}

/** The same ports, with the time that fits and scoring take added up; closing them is up to whoever opened them. */
export function timedPorts({ backend, runtime }: FitPorts, clock: Clock): { ports: FitPorts; seconds: PortSeconds } {
  const seconds: PortSeconds = { fit: 0, score: 0 };
  const timed = async <T>(what: keyof PortSeconds, work: Promise<T>): Promise<T> => {
    const startedMs = clock.nowMs();
    try {
      return await work;
    } finally {
      seconds[what] += (clock.nowMs() - startedMs) / 1000;
    }
  };
  const ports: FitPorts = {
    backend: {
      name: backend.name,
      fit: (request, onProgress, signal) => timed('fit', backend.fit(request, onProgress, signal)),
      close: () => backend.close(),
    },
    runtime: {
      name: runtime.name,
      load: (version, bundle) => runtime.load(version, bundle),
      score: (version, windows) => timed('score', runtime.score(version, windows)),
      unload: (version) => runtime.unload(version),
      close: () => runtime.close(),
    },
  };
  return { ports, seconds };
}
