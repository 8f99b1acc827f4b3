import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import { createLogger } from '../../../services/host/logger.ts';
import { ServiceGroup } from '../../../services/host/service-group.ts';
import type { RunningService } from '../../../services/service.ts';

const logger = createLogger({ level: 'silent', pretty: 'never' });

/** A service that notes when it is stopped, and can be made to fail. */
function service(name: string, stopped: string[]): RunningService & { fail(error: unknown): void } {
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  return {
    name,
    finished,
    fail: reject,
    async stop() {
      stopped.push(name);
      resolve();
      await finished;
    },
  };
}

test('what was started last is stopped first', async () => {
  const stopped: string[] = [];
  const group = new ServiceGroup(logger);
  for (const name of ['recorder', 'scorer', 'ingest']) group.add(service(name, stopped));
  await group.stop();
  assert.deepEqual(stopped, ['ingest', 'scorer', 'recorder']);
});

test('those chosen are stopped once, and the others later', async () => {
  const stopped: string[] = [];
  const group = new ServiceGroup(logger);
  for (const name of ['recorder', 'ingest']) group.add(service(name, stopped));
  await group.stop(({ name }) => name === 'ingest');
  assert.deepEqual(stopped, ['ingest']);
  await group.stop();
  assert.deepEqual(stopped, ['ingest', 'recorder']);
});

test("a failure is told under the service's name with its cause, and a known one as it is", async () => {
  const cause = new Error('disk full');
  const known = new CupolaError('CUPOLA_SCENARIO_CHANGED', 'seed');
  for (const [error, expected] of [
    [cause, { code: 'CUPOLA_SERVICE_FAILED', message: 'CUPOLA_SERVICE_FAILED: ingest: disk full', cause }],
    [known, known],
  ] as const) {
    const group = new ServiceGroup(logger);
    const failing = service('ingest', []);
    group.add(failing);
    failing.fail(error);
    await assert.rejects(group.failed, expected);
  }
});

test('a service that failed does not keep the others from stopping', async () => {
  const stopped: string[] = [];
  const group = new ServiceGroup(logger);
  const failing = service('scorer', stopped);
  group.add(service('recorder', stopped));
  group.add(failing);
  failing.fail(new Error('gone'));
  await group.stop();
  assert.deepEqual(stopped, ['scorer', 'recorder']);
});
