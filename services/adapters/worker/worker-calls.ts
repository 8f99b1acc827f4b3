import { Worker, type Transferable } from 'node:worker_threads';
import { CupolaError, type ErrorCode } from '../../../pipelines/errors.ts';
import type { WorkerAnswer } from './worker-answers.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A worker thread whose script answers calls with answerCalls. */
export class WorkerCalls {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  readonly #name: string;
  /** The code for what goes wrong and is no fault of a call: the worker fails, or ends. */
  readonly #failure: ErrorCode;
  #calls = 0;
  #error: Error | null = null;

  constructor(name: string, script: URL, failure: ErrorCode) {
    this.#name = name;
    this.#failure = failure;
    this.#worker = new Worker(script, { name, execArgv: [] });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(null);
        resolve();
      });
    });
  }

  /** Calls a method of the worker; calls are answered in order. Buffers in `transfer` are handed over and become empty. */
  call(method: string, args: readonly unknown[], transfer: readonly Transferable[] = []): Promise<unknown> {
    if (this.#error) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      const id = this.#calls++;
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args }, transfer);
    });
  }

  /** Lets the calls made so far be answered, and the worker clean up and end by itself. */
  async close(): Promise<void> {
    if (!this.#error) await this.call('close', []).catch(() => {});
    await this.#exited;
  }

  #settle(answer: WorkerAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('result' in answer) pending?.resolve(answer.result);
    else pending?.reject(errorOf(answer.code ?? this.#failure, answer.message));
  }

  #fail(cause: unknown): void {
    const detail = cause instanceof Error ? `failed: ${cause.message}` : 'has ended';
    this.#error ??= new CupolaError(this.#failure, `the ${this.#name} worker ${detail}`, { cause });
    for (const pending of this.#pending.values()) pending.reject(this.#error);
    this.#pending.clear();
  }
}

/** A worker's error with its code once. */
function errorOf(code: ErrorCode, message: string): CupolaError {
  return new CupolaError(code, message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message);
}
