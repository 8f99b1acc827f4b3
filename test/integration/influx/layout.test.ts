import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { InfluxPart } from '../../../services/adapters/influx/influx-layout.ts';
import { InfluxServer } from '../../../services/adapters/influx/influx-server.ts';
import { serverAddress } from '../../real-servers/server-address.ts';
import { runCommand } from '../../unit/cli/run-command.ts';

const hourMs = 3_600_000;

describe('cupola influx', () => {
  const database = `layout "${randomUUID()}"`;
  const url = `http://${serverAddress('influxdb')}`;
  const server = new InfluxServer({ url, database });
  let folder: string;

  const configure = (keepMs: number): void =>
    writeFileSync(
      join(folder, 'cupola.yaml'),
      JSON.stringify({ history: { kind: 'influxdb', url, database, keepBy: 'wallClock', keepMs } }),
    );
  const influx = async <T>(...args: string[]): Promise<T> => {
    const { exitCode, stdout, stderr } = await runCommand(folder, 'influx', ...args, '--json');
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  const states = async (): Promise<string[]> =>
    (await influx<{ parts: InfluxPart[] }>('plan')).parts.map(({ name, state }) => `${name} ${state}`);
  const durations = async (): Promise<unknown> => {
    const [series] = await server.query(`SHOW RETENTION POLICIES ON ${quoted(database)}`);
    return Object.fromEntries(series![0]!.values.map(([name, duration]) => [name, duration]));
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cupola-layout-'));
    configure(48 * hourMs);
  });
  after(async () => {
    await server.execute(`DROP DATABASE ${quoted(database)}`);
    rmSync(folder, { recursive: true });
  });

  it('plan shows what is missing and makes nothing; apply makes it, once', async () => {
    assert.ok((await states()).every((state) => state.endsWith(' missing')));
    assert.ok((await states()).every((state) => state.endsWith(' missing')));
    assert.equal((await influx<{ changed: unknown[] }>('apply')).changed.length, 7);
    assert.ok((await states()).every((state) => state.endsWith(' there')));
    assert.deepEqual(await influx('apply'), { changed: [], left: [] });
  });

  it('apply leaves alone what differs and what is not its own, unless it is told to alter', async () => {
    await server.execute(`CREATE RETENTION POLICY "theirs" ON ${quoted(database)} DURATION 5h REPLICATION 1 DEFAULT`);
    const found = await durations();
    configure(72 * hourMs);
    const { changed, left } = await influx<Record<'changed' | 'left', InfluxPart[]>>('apply');
    assert.deepEqual(changed, []);
    assert.deepEqual(
      left.map(({ name, found, wanted }) => [name, found, wanted]),
      [['raw', '48h0m0s', '72h0m0s']],
    );
    assert.deepEqual(await durations(), found);
    await influx('apply', '--alter');
    assert.deepEqual(await durations(), { ...(found as object), raw: '72h0m0s' });
    const [policies] = await server.query(`SHOW RETENTION POLICIES ON ${quoted(database)}`);
    assert.ok(policies![0]!.values.some(([name, , , , isDefault]) => name === 'theirs' && isDefault === true));
  });

  it('continuous queries make the mean, least and greatest value of each minute', async () => {
    const nowMs = Date.now();
    const lines = [1, 2, 6].map(
      (value) => `telemetry,stream=s,version=1,channel=a,index=0 value=${value} ${nowMs}${value}`,
    );
    await server.write('raw', 'u', lines.map((line) => `${line}00\n`).join(''), assert.fail);
    const { parts } = await influx<{ parts: InfluxPart[] }>('plan');
    const { wanted } = parts.find(({ name }) => name === 'cupola_telemetry_1m')!;
    const select = /BEGIN (.*) GROUP BY (.*) END$/.exec(wanted)!;
    await server.query(`${select[1]} WHERE time > now() - 10m AND time < now() + 10m GROUP BY ${select[2]}`);
    const [minutes] = await server.query('SELECT mean, min, max FROM minutes.telemetry_1m GROUP BY stream, channel');
    assert.deepEqual(minutes![0]!.values[0]!.slice(1), [3, 1, 6]);
    assert.deepEqual(minutes![0]!.tags, { stream: 's', channel: 'a' });
  });

  it('says so where no InfluxDB answers, or the history is not there', async () => {
    writeFileSync(
      join(folder, 'away.yaml'),
      JSON.stringify({ history: { kind: 'influxdb', url: 'http://127.0.0.1:9' } }),
    );
    const away = await runCommand(folder, 'influx', 'plan', '--config', 'away.yaml');
    assert.equal(away.exitCode, 1);
    assert.match(away.stderr, /CUPOLA_HISTORY_UNAVAILABLE: http:\/\/127\.0\.0\.1:9 does not answer \(.*ECONNREFUSED/);
    writeFileSync(join(folder, 'embedded.yaml'), '{}');
    const embedded = await runCommand(folder, 'influx', 'apply', '--config', 'embedded.yaml');
    assert.equal(embedded.exitCode, 2);
    assert.match(embedded.stderr, /history\.kind is embedded; it must be influxdb/);
  });
});

function quoted(name: string): string {
  return `"${name.replaceAll('"', String.raw`\"`)}"`;
}
