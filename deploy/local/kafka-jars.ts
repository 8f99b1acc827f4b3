import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CupolaError } from '../../pipelines/errors.ts';
import { requireProgram } from './required-program.ts';

/** The releases that are tested, with the logger that each can do with. */
const loggers = { '4.3.1': 'slf4j-simple', '3.9.2': 'slf4j-reload4j' } as const;

export type KafkaVersion = keyof typeof loggers;

/** The newest first. */
export const kafkaVersions = Object.keys(loggers) as readonly KafkaVersion[];

/**
 * The release where none is named: what CUPOLA_KAFKA_VERSION says, or the newest.
 *
 * Errors: CUPOLA_USAGE_INVALID.
 */
export function defaultKafkaVersion(): KafkaVersion {
  const value = process.env.CUPOLA_KAFKA_VERSION ?? kafkaVersions[0]!;
  const version = kafkaVersions.find((each) => each === value);
  if (version !== undefined) return version;
  const bound = kafkaVersions.join(' or ');
  throw new CupolaError('CUPOLA_USAGE_INVALID', `CUPOLA_KAFKA_VERSION is "${value}"; it must be ${bound}`, {
    field: 'environment',
    value,
    bound,
  });
}

const pom = fileURLToPath(new URL('pom.xml', import.meta.url));

/**
 * The folder of a release's jars, which Maven fetches once into ~/.cache/cupola.
 *
 * Errors: CUPOLA_LOCAL_SERVER_MISSING (no Maven), CUPOLA_LOCAL_SERVER_FAILED (nothing could be fetched).
 */
export async function kafkaJars(version: KafkaVersion, say: (line: string) => void): Promise<string> {
  const folder = join(homedir(), '.cache', 'cupola', `kafka-${version}`);
  if (existsSync(folder)) return folder;
  const mvn = requireProgram('mvn');
  say(`fetching Kafka ${version} (44 MB, once) to ${folder}`);
  // Whole or not at all, whatever becomes of this process or another that fetches the same.
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await promisify(execFile)(mvn, mavenArguments(version, partial));
    if (!existsSync(folder)) renameSync(partial, folder);
  } catch (cause) {
    const { stdout = '', message } = cause as Error & { stdout?: string };
    throw new CupolaError(
      'CUPOLA_LOCAL_SERVER_FAILED',
      `Maven could not fetch Kafka ${version}: ${stdout || message}`,
      {
        field: 'kafka',
        value: version,
        cause,
      },
    );
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

function mavenArguments(version: KafkaVersion, folder: string): string[] {
  const settings = { 'kafka.version': version, 'slf4j.binding': loggers[version], outputDirectory: folder };
  const given = Object.entries({ ...settings, includeScope: 'runtime' }).map(([name, value]) => `-D${name}=${value}`);
  return ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', ...given];
}
