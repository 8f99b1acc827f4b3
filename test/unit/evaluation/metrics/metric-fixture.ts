import { readFileSync } from 'node:fs';

/** Inputs and the values that the original implementation gives on them; see PROVENANCE.md beside them. */
export function metricFixture(name: string): unknown {
  const path = new URL(`../../../fixtures/metrics/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Whether two figures are the same but for the order in which floating-point numbers were added. */
export function isClose(actual: number | null, expected: number, tolerance = 1e-9): boolean {
  return actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}
