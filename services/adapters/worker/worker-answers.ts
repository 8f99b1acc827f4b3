import { parentPort, type Transferable } from 'node:worker_threads';
import { CupolaError, type ErrorCode } from '../../../pipelines/errors.ts';

/** A call to a worker. */
export interface WorkerCall {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What a worker says to a call: its result, or why there is none. An error loses its class on the way; its code does not. */
export type WorkerAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: ErrorCode | null; readonly message: string };

/** What a method of a worker gives back, with the buffers to hand over rather than copy. */
export interface Result {
  readonly result?: unknown;
  readonly transfer?: readonly Transferable[];
}

type Methods = Readonly<Record<string, (...args: never[]) => Promise<Result | void>>>;

/** Answers the calls of a WorkerCalls one after the other, in this worker; `close` is the last. */
export function answerCalls(methods: Methods): void {
  let previous: Promise<void> = Promise.resolve();
  parentPort!.on('message', (call: WorkerCall) => {
    previous = answerAfter(previous, call, methods);
  });
}

async function answerAfter(previous: Promise<void>, call: WorkerCall, methods: Methods): Promise<void> {
  await previous;
  const { answer, transfer } = await answerTo(call, methods);
  parentPort!.postMessage(answer, transfer);
  if (call.method === 'close') parentPort!.close();
}

async function answerTo(
  { id, method, args }: WorkerCall,
  methods: Methods,
): Promise<{ answer: WorkerAnswer; transfer: Transferable[] }> {
  try {
    const { result, transfer } = (await methods[method]!(...(args as never[]))) ?? {};
    return { answer: { id, result }, transfer: [...(transfer ?? [])] };
  } catch (error) {
    const code = error instanceof CupolaError ? error.code : null;
    const message = error instanceof Error ? error.message : String(error);
    return { answer: { id, code, message }, transfer: [] };
  }
}
