import type { IncomingMessage } from 'node:http';
import { CupolaError } from '../../pipelines/errors.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * There is no login yet, so what a browser is lured into must be refused: writing from a page of another origin, and,
 * while the console listens on this machine alone, anything under a foreign host name (DNS rebinding).
 *
 * Errors: CUPOLA_ORIGIN_REFUSED.
 */
export function guardOrigin({ method, headers }: IncomingMessage, listensOn: string): void {
  const host = headers.host ?? '';
  if (isLoopback(listensOn) && !loopback.has(hostName(host))) refuse('host', host, [...loopback].join(', '));
  if (method === 'GET' || method === 'HEAD') return;
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    refuse('origin', origin, `http://${host}`);
}

function isLoopback(address: string): boolean {
  return loopback.has(address) || address === '::1';
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function refuse(field: string, value: string, bound: string): never {
  throw new CupolaError('CUPOLA_ORIGIN_REFUSED', `${field} ${value} is not ${bound}`, { field, value, bound });
}
