import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 100;

/** Asks until the answer is yes. Errors: one that says what did not come to pass in time. */
export async function until(what: string, ask: () => Promise<boolean>, withinMs = 45_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`it did not come to pass within ${withinMs} ms that ${what}`);
    await sleep(everyMs);
  }
}
