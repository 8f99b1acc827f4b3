import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CupolaError } from '../../pipelines/errors.ts';

export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Gets all that the server prints. */
  readonly logFile: string;
  /** host:port, where clients find it. */
  readonly address: string;
  /** Whether it answers as it should. */
  readonly isReady: () => Promise<boolean>;
  /** Lives on after this process has ended. */
  readonly detached: boolean;
}

const readyWithinMs = 120_000;
const pollMs = 50;
/** What a server may take to end in order. */
const graceMs = 15_000;

/** A real server in a process of its own, to be asked, frozen, killed and started again with the data that it has. */
export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  get address(): string {
    return this.#command.address;
  }

  /** null while it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Starts it where it was and waits until it is ready.
   *
   * Errors: CUPOLA_LOCAL_SERVER_FAILED, with the end of what it printed.
   */
  async start(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /** Starts it; it is not ready yet. */
  spawn(): void {
    const { program, args, logFile, detached } = this.#command;
    const log = openSync(logFile, 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log], detached });
    closeSync(log);
    if (detached) child.unref();
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        if (this.#child === child) this.#child = null;
        resolve();
      };
      child.once('exit', end).once('error', end);
    });
  }

  /** Waits until it is ready. Errors: CUPOLA_LOCAL_SERVER_FAILED. */
  async ready(): Promise<void> {
    const { name, logFile, isReady } = this.#command;
    const until = Date.now() + readyWithinMs;
    while (!(await isReady())) {
      const trouble = this.#child ? Date.now() > until && `is not ready after ${readyWithinMs / 1000} s` : 'ended';
      if (trouble) {
        await this.kill();
        const printed = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n');
        throw new CupolaError('CUPOLA_LOCAL_SERVER_FAILED', `${name} ${trouble}; it printed:\n${printed}`, {
          field: name,
        });
      }
      await sleep(pollMs);
    }
  }

  /** Sends a signal, such as SIGSTOP or SIGCONT, and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Ends it in order; at once, where that takes too long. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }
}
