import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Whether a request carries the token, in any of the ways of InfluxDB's clients: `Authorization: Token T`, `Bearer T` or
 * `Basic` with T as the password, or the query's `p`.
 */
export function carriesToken({ headers }: IncomingMessage, query: URLSearchParams, token: string): boolean {
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ');
  const candidates = [query.get('p')];
  if (/^(token|bearer)$/i.test(scheme)) candidates.push(given);
  if (/^basic$/i.test(scheme)) candidates.push(passwordOf(Buffer.from(given, 'base64').toString()));
  return candidates.some((candidate) => candidate !== null && isEqual(candidate, token));
}

function passwordOf(credentials: string): string {
  return credentials.slice(credentials.indexOf(':') + 1);
}

/** In a time that says nothing about where they differ. */
function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
