import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { outcomeOf, startCommand, type Outcome } from '../unit/cli/run-command.ts';

/** How a process ended: by itself with a code, or by a signal; and what it said. */
export interface ProcessEnd extends Outcome {
  readonly signal: NodeJS.Signals | null;
}

/** The real command in a process of its own, to be listened to and to be killed. */
export class CupolaProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #awaited = new Set<{ readonly part: string; resolve(): void }>();

  constructor(folder: string, ...args: readonly string[]) {
    this.#child = startCommand(folder, args);
    createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#hear(line));
    this.ended = outcomeOf(this.#child).then((outcome) => ({ ...outcome, signal: this.#child.signalCode }));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Whether it has neither exited nor died of a signal. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves once a line of standard error, past or to come, has this part; never, if none does. */
  async said(part: string): Promise<void> {
    if (this.#lines.some((line) => line.includes(part))) return;
    await new Promise<void>((resolve) => this.#awaited.add({ part, resolve }));
  }

  /** Sends a signal that it may outlive, such as SIGSTOP or SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<ProcessEnd> {
    this.signal(signal);
    return this.ended;
  }

  #hear(line: string): void {
    this.#lines.push(line);
    for (const awaited of this.#awaited) if (line.includes(awaited.part)) awaited.resolve();
  }
}
