import type { ScoringRuntime } from '../ports.ts';

/**
 * The same runtime with models of its own: what is loaded and unloaded here is not what others know by the same version, who
 * may be scoring with it. Closing it closes nothing.
 */
export function runtimeApart(runtime: ScoringRuntime, name: string): ScoringRuntime {
  const own = (version: string): string => `${name} ${version}`;
  return {
    name: runtime.name,
    load: (version, bundle) => runtime.load(own(version), bundle),
    score: (version, windows) => runtime.score(own(version), windows),
    unload: (version) => runtime.unload(own(version)),
    close: async () => {},
  };
}
