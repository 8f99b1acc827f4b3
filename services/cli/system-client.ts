import { CupolaError } from '../../pipelines/errors.ts';
import type { ApiError, CommandRequest, CommandStatus } from '../console/api.ts';
import { SystemRefusal } from './failure.ts';

const timeoutMs = 10_000;
const askEveryMs = 250;

/** A running system, by its API. */
export class SystemClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
  }

  get<T>(path: string): Promise<T> {
    return this.#ask(path, { method: 'GET' });
  }

  /**
   * Asks for a command and waits until it takes effect, at most `waitMs` (0: not at all).
   *
   * Errors: SystemRefusal; CUPOLA_COMMAND_REFUSED; CUPOLA_COMMAND_PENDING.
   */
  async command(request: CommandRequest, waitMs: number, onWait: (waitedMs: number) => void): Promise<CommandStatus> {
    const body = JSON.stringify({ issuedBy: 'cli', ...request });
    const headers = { 'content-type': 'application/json' };
    let status = await this.#ask<CommandStatus>('/api/commands', { method: 'POST', body, headers });
    const startMs = Date.now();
    while (status.state === 'pending' && Date.now() - startMs < waitMs) {
      onWait(Date.now() - startMs);
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
      status = await this.get(`/api/commands/${encodeURIComponent(status.id)}`);
    }
    if (status.state === 'refused') throw refused(status);
    if (status.state === 'pending' && waitMs > 0) throw pending(status, waitMs);
    return status;
  }

  async #ask<T>(path: string, init: RequestInit): Promise<T> {
    const { response, body } = await this.#send(path, init);
    if (response.ok) return body as T;
    const refusal = body as Partial<ApiError> | null;
    if (typeof refusal?.code === 'string') throw new SystemRefusal(refusal as ApiError);
    throw this.#unreachable(`what answers is no Cupola: HTTP ${response.status}`);
  }

  async #send(path: string, init: RequestInit): Promise<{ response: Response; body: unknown }> {
    try {
      const response = await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) });
      return { response, body: await response.json() };
    } catch (error) {
      throw this.#unreachable(reasonOf(error), error);
    }
  }

  #unreachable(reason: string, cause?: unknown): CupolaError {
    return new CupolaError('CUPOLA_SYSTEM_UNREACHABLE', `nothing usable at ${this.url} (${reason})`, {
      field: 'url',
      value: this.url,
      bound: 'the address of a running Cupola',
      cause,
    });
  }
}

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error));
}

function refused({ id, refusedBecause }: CommandStatus): CupolaError {
  return new CupolaError('CUPOLA_COMMAND_REFUSED', `command ${id}: ${refusedBecause}`, { field: 'command', value: id });
}

function pending({ id }: CommandStatus, waitMs: number): CupolaError {
  return new CupolaError('CUPOLA_COMMAND_PENDING', `command ${id} is not applied after ${waitMs / 1000} s`, {
    field: 'command',
    value: id,
  });
}
