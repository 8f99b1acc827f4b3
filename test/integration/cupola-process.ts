import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const main = join(import.meta.dirname, '../../services/cli/main.ts');
/** Compiled once for all processes: they start in half the time. */
const compileCache = join(tmpdir(), 'cupola-compile-cache');

/** How a process ended: by itself with a code, or by a signal; and what it said. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command in a process of its own. */
export class CupolaProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #awaited = new Set<{ readonly part: string; resolve(): void }>();

  constructor(...args: readonly string[]) {
    this.#child = spawn(process.execPath, [main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#hear(line));
    this.ended = this.#end();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves once a line of standard error, past or to come, has this part; never, if none does. */
  async said(part: string): Promise<void> {
    if (this.#lines.some((line) => line.includes(part))) return;
    await new Promise<void>((resolve) => this.#awaited.add({ part, resolve }));
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<ProcessEnd> {
    this.#child.kill(signal);
    return this.ended;
  }

  #hear(line: string): void {
    this.#lines.push(line);
    for (const awaited of this.#awaited) if (line.includes(awaited.part)) awaited.resolve();
  }

  async #end(): Promise<ProcessEnd> {
    const [stdout, [code, signal]] = await Promise.all([text(this.#child.stdout!), once(this.#child, 'close')]);
    return { code, signal, stdout, stderr: this.#lines.join('\n') };
  }
}
