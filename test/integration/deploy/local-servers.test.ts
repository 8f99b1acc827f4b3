import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeCluster } from '../../../deploy/local/describe-cluster.ts';
import { serverPids } from '../../../deploy/local/server-pids.ts';
import { outcomeOf, type Outcome } from '../../unit/cli/run-command.ts';

const scripts = fileURLToPath(new URL('../../../deploy/local', import.meta.url));

describe('local servers', () => {
  let temporary: string;
  let folder: string;
  const start = (name: 'up' | 'down', args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(join(scripts, name), args, {
      env: { ...process.env, CUPOLA_LOCAL_DIR: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const run = (name: 'up' | 'down', ...args: string[]): Promise<Outcome> => outcomeOf(start(name, args));

  before(() => {
    temporary = mkdtempSync(join(tmpdir(), 'cupola-local-'));
    folder = join(temporary, 'servers');
  });
  after(async () => {
    await run('down');
    rmSync(temporary, { recursive: true });
  });

  it('answer where `up --json` says, run on when it is asked again, and are gone after `down`', async () => {
    const first = await run('up', '--json');
    assert.equal(first.exitCode, 0, first.stderr);
    const { kafka, influxdb } = JSON.parse(first.stdout) as { kafka: string; influxdb: string };
    assert.deepEqual(await describeCluster(Number(kafka.split(':')[1])), [1]);
    assert.equal((await fetch(`http://${influxdb}/ping`)).status, 204);

    const second = await run('up', '--json');
    assert.equal(second.stdout, first.stdout);
    assert.match(second.stderr, /kafka runs already at .*\n.*influxdb runs already/);
    const other = await run('up', '--brokers', '3');
    assert.equal(other.exitCode, 2);
    assert.match(other.stderr, /runs already, with brokers 1/);

    assert.equal(serverPids(folder).length, 2);
    assert.equal((await run('down')).exitCode, 0);
    assert.deepEqual(serverPids(folder), []);
    assert.equal(existsSync(folder), false);
    await assert.rejects(fetch(`http://${influxdb}/ping`));
  });

  it('of an `up` that was cut short are ended by `down` too', async () => {
    const cut = start('up', ['--only', 'kafka']);
    while (serverPids(folder).length === 0) await sleep(50);
    cut.kill('SIGKILL');
    await run('down');
    assert.deepEqual(serverPids(folder), []);
    assert.equal(existsSync(folder), false);
  });

  it('say which package to install where a program is missing', async () => {
    const PATH = join(temporary, 'no-programs');
    mkdirSync(PATH);
    for (const [kind, remedy] of [
      ['kafka', 'apt-get install openjdk-17-jre-headless'],
      ['influxdb', 'apt-get install influxdb'],
    ] as const) {
      const { exitCode, stderr } = await outcomeOf(
        spawn(process.execPath, [join(scripts, 'up.ts'), '--only', kind], {
          env: { PATH, CUPOLA_LOCAL_DIR: folder },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
      assert.equal(exitCode, 1);
      assert.match(stderr, new RegExp(remedy));
    }
  });
});
