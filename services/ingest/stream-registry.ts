import { canonicalJson } from '../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import { decodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { Log } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../pipelines/topics.ts';
import { readToEnd } from '../stage/read-range.ts';

/**
 * Those of a source's definitions that the log does not have yet.
 *
 * Errors: CUPOLA_STREAM_INVALID where a version is older than, or differs from, what was published under it.
 */
export async function unpublishedDefinitions(
  log: Log,
  definitions: readonly StreamDefinition[],
): Promise<StreamDefinition[]> {
  const published = await publishedDefinitions(log);
  return definitions.filter((definition) => {
    const known = published.get(definition.stream);
    if (!known || known.version < definition.version) return true;
    if (canonicalJson(known) === canonicalJson(definition)) return false;
    const bound = known.version > definition.version ? `at least ${known.version}` : `at least ${known.version + 1}`;
    throw new CupolaError(
      'CUPOLA_STREAM_INVALID',
      `${definition.stream}: version ${definition.version} was published with other content; version must be ${bound}`,
      { field: `${definition.stream}.version`, value: definition.version, bound },
    );
  });
}

/** The newest definition of each stream. */
async function publishedDefinitions(log: Log): Promise<ReadonlyMap<string, StreamDefinition>> {
  const newest = new Map<string, StreamDefinition>();
  const partitions = await log.partitions(topics.streams.name);
  for (let partition = 0; partition < partitions; partition++) {
    for (const { value } of (await readToEnd(log, topics.streams.name, partition)).records) {
      const definition = decodeStreamDefinition(value!);
      newest.set(definition.stream, definition);
    }
  }
  return newest;
}
