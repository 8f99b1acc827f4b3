import { readFileSync } from 'node:fs';
import type { Clock } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { LineProtocolHttpSource } from '../sources/http/line-protocol-http-source.ts';
import type { Source } from '../sources/source.ts';
import type { LiveSourceConfig } from './config-live-sources.ts';

/** Opens a source of telemetry that comes by itself. Errors: those of the file system where a secret cannot be read. */
export function openLiveSource(
  config: LiveSourceConfig,
  definitions: readonly StreamDefinition[],
  clock: Clock,
): Source {
  const { type: _, tokenFile, ...options } = config;
  return new LineProtocolHttpSource({ ...options, definitions, clock, token: secretIn(tokenFile) });
}

/** What a file holds, without the line break at its end; null for no file. */
function secretIn(path: string | undefined): string | null {
  return path === undefined ? null : readFileSync(path, 'utf8').trim();
}
