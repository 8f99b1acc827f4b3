import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InfluxDB } from 'influx';
import { defaultLineProtocolMapping } from '../../../../pipelines/telemetry/line-protocol-codec.ts';
import {
  LineProtocolHttpSource,
  type LineProtocolHttpOptions,
} from '../../../../services/sources/http/line-protocol-http-source.ts';
import { IngestedSource, streamOf } from '../../../ingested-source.ts';
import { SettableClock } from '../../../settable-clock.ts';

const nowMs = Date.UTC(2026, 10, 21, 10);

interface Running {
  readonly source: IngestedSource;
  readonly clock: SettableClock;
  readonly url: string;
  readonly post: (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

async function running(context: TestContext, changes: Partial<LineProtocolHttpOptions> = {}): Promise<Running> {
  const clock = new SettableClock(nowMs);
  const http = new LineProtocolHttpSource({
    name: 'telegraf',
    definitions: [streamOf('telegraf', 'lab', ['V', 'A']), streamOf('telegraf', 'cpu', ['cpu.idle'])],
    clock,
    host: '127.0.0.1',
    port: 0,
    mapping: defaultLineProtocolMapping,
    token: null,
    tickIntervalMs: 1000,
    maxBodyBytes: 10_000,
    maxPendingBytes: 1000,
    ...changes,
  });
  const source = await IngestedSource.start(http);
  context.after(() => source.stop());
  const url = await http.url;
  const post: Running['post'] = (path, body, headers = {}) => fetch(`${url}${path}`, { method: 'POST', body, headers });
  return { source, clock, url, post };
}

describe('a write', () => {
  test('is answered with 204 once the log has it, in either version of the API, with its precision', async (context) => {
    const { source, post } = await running(context);
    const written = [
      await post('/write?db=any&precision=ms', `telemetry,channel=V value=1 ${nowMs}`),
      await post('/write?db=any', `telemetry,channel=V value=2 ${nowMs}000000`),
      await post('/write?db=any&precision=u', `telemetry,channel=A value=3 ${nowMs}500`),
      await post('/api/v2/write?org=o&bucket=b&precision=s', `cpu,host=a idle=4i ${nowMs / 1000}\n`),
      await post('/api/v2/write?bucket=b', 'cpu idle=5'),
    ];
    assert.deepEqual(
      written.map(({ status }) => status),
      [204, 204, 204, 204, 204],
    );
    assert.deepEqual((await source.samples()).sort(), [
      `A@${nowMs + 0.5}=3`,
      `V@${nowMs}=1`,
      `V@${nowMs}=2`,
      `cpu.idle@${nowMs}=4`,
      `cpu.idle@${nowMs}=5`,
    ]);
  });

  test('waits for a log that is slow', async (context) => {
    const { source, post } = await running(context);
    source.holdCommits();
    const answers: number[] = [];
    const write = post('/write?precision=ms', `telemetry,channel=V value=1 ${nowMs}`).then(({ status }) =>
      answers.push(status),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual([answers, await source.samples()], [[], []]);
    source.letCommitsThrough();
    await write;
    assert.deepEqual([answers, await source.samples()], [[204], [`V@${nowMs}=1`]]);
  });

  test('may be gzip', async (context) => {
    const { source, post } = await running(context);
    const body = gzipSync(`telemetry,channel=V value=1 ${nowMs}\n`.repeat(2));
    const { status } = await post('/write?precision=ms', new Uint8Array(body), { 'content-encoding': 'gzip' });
    assert.deepEqual([status, (await source.samples()).length], [204, 2]);
  });

  test('of good and bad lines is partial: the good are in the log, the bad are dead letters, the answer names the first', async (context) => {
    const { source, post } = await running(context);
    const body = `telemetry,channel=V value=1 ${nowMs}\ntelemetry value=\nnonsense\ntelemetry,channel=A value=2 ${nowMs}`;
    const answer = await post('/write?precision=ms', body);
    const { error, message, code, line } = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([answer.status, code, line], [400, 'invalid', 2]);
    assert.equal(error, message);
    assert.match(
      error as string,
      /^partial write: line 2: field value has no value.* \(and 1 more\); 2 samples were written/,
    );
    assert.deepEqual(await source.samples(), [`V@${nowMs}=1`, `A@${nowMs}=2`]);
    const letters = await source.deadLetters();
    assert.deepEqual(
      letters.map(({ source: from, reason, position, bytes }) => [
        from,
        reason,
        position,
        Buffer.from(bytes).toString(),
      ]),
      [
        ['telegraf', 'undecodable', 'line 2', 'telemetry value='],
        ['telegraf', 'undecodable', 'line 3', 'nonsense'],
      ],
    );
  });

  test('of channels in no stream, and of texts, is taken: they are dead letters with a reason', async (context) => {
    const { source, post } = await running(context);
    const answer = await post('/write?precision=ms', `cpu user=1,idle=2,model="x" ${nowMs}`);
    assert.equal(answer.status, 204);
    assert.deepEqual(await source.samples(), [`cpu.idle@${nowMs}=2`]);
    assert.deepEqual((await source.deadLetters()).map(({ reason }) => reason).sort(), [
      'not-a-number',
      'unknown-channel',
    ]);
  });
});

describe('what cannot be taken', () => {
  test('is refused with a reason', async (context) => {
    const { post, url } = await running(context);
    const cases: readonly (readonly [Promise<Response>, number, RegExp])[] = [
      [post('/write?precision=fortnights', 'm f=1'), 400, /precision is "fortnights", must be one of n, ns/],
      [post('/write', 'x'.repeat(10_001)), 413, /at most 10000 bytes/],
      [
        post('/write', new Uint8Array(gzipSync('x'.repeat(10_001))), { 'content-encoding': 'gzip' }),
        413,
        /at most 10000/,
      ],
      [post('/write', 'no gzip', { 'content-encoding': 'gzip' }), 400, /cannot be decompressed/],
      [post('/write', 'm f=1', { 'content-encoding': 'br' }), 415, /content-encoding is br/],
      [post('/nowhere', 'm f=1'), 404, /nothing at \/nowhere/],
      [fetch(`${url}/write`), 405, /method is GET, must be POST/],
      [post('/query?q=SELECT%20*', ''), 400, /answers no queries/],
      [post('/write', 'm f=1', { origin: 'http://evil.example' }), 403, /pages in a browser/],
    ];
    for (const [asked, status, message] of cases) {
      const answer = await asked;
      assert.equal(answer.status, status, String(message));
      assert.match(((await answer.json()) as { message: string }).message, message);
    }
  });

  test('because too much waits for the log is to be sent again later, and then is taken', async (context) => {
    const { source, post } = await running(context);
    source.holdCommits();
    const body = (value: number): string => `telemetry,channel=V value=${value} ${nowMs}\n#${' '.repeat(700)}`;
    const first = post('/write?precision=ms', body(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const refused = await post('/write?precision=ms', body(2));
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1']);
    source.letCommitsThrough();
    assert.equal((await first).status, 204);
    assert.equal((await post('/write?precision=ms', body(2))).status, 204);
    assert.deepEqual(await source.samples(), [`V@${nowMs}=1`, `V@${nowMs}=2`]);
  });

  test('because ingest has failed is answered with 503', async (context) => {
    const { source, post } = await running(context);
    source.holdCommits();
    const write = post('/write', 'cpu idle=1');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await source.log.close();
    source.letCommitsThrough();
    const answer = await write;
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
  });

  test('a port that another process has is named', async (context) => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    context.after(() => other.close());
    const { port } = other.address() as { port: number };
    await assert.rejects(running(context, { port }), { code: 'CUPOLA_PORT_IN_USE' });
  });
});

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

test('with a token only those who know it are let in, in whatever way clients say it', async (context) => {
  const { post, url } = await running(context, { token: 'secret' });
  const write = (headers: Record<string, string>, path = '/write'): Promise<Response> =>
    post(path, 'cpu idle=1', headers);
  for (const authorization of ['Token secret', 'Bearer secret', basic('anybody:secret')])
    assert.equal((await write({ authorization })).status, 204, authorization);
  assert.equal((await write({}, '/write?u=anybody&p=secret')).status, 204);
  for (const authorization of ['Token other', 'Bearer secre', basic('secret:'), 'secret', ''])
    assert.equal((await write({ authorization })).status, 401, authorization);
  assert.equal((await write({}, '/write?u=secret')).status, 401);
  assert.equal((await fetch(`${url}/ping`)).status, 204, 'whether it is there is no secret');
});

test('it says that it is there, as clients ask', async (context) => {
  const { url, post } = await running(context);
  const ping = await fetch(`${url}/ping`, { method: 'HEAD' });
  assert.deepEqual([ping.status, ping.headers.get('x-influxdb-version')], [204, '1.8.10-cupola']);
  const health = await fetch(`${url}/health`);
  assert.equal(((await health.json()) as { status: string }).status, 'pass');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await post('/query', 'q=CREATE+DATABASE+%22telegraf%22', form)).status, 200);
});

test('npm influx, a real client, finds it, creates its database and writes', async (context) => {
  const { source, url } = await running(context, { token: 'secret' });
  const { hostname: host, port } = new URL(url);
  const client = new InfluxDB({ host, port: Number(port), database: 'craft', username: 'any', password: 'secret' });
  const [found] = await client.ping(2000);
  assert.equal(found!.online, true);
  await client.createDatabase('craft');
  const point = {
    measurement: 'telemetry',
    tags: { channel: 'V' },
    fields: { value: 21.5 },
    timestamp: new Date(nowMs),
  };
  await client.writePoints([point, { ...point, tags: { channel: 'A' } }]);
  assert.deepEqual(await source.samples(), [`V@${nowMs}=21.5`, `A@${nowMs}=21.5`]);
  const bad = client.writePoints([{ measurement: 'telemetry', tags: { channel: '' }, fields: { value: 1 } }]);
  await assert.rejects(bad, /partial write: line 1: value of tag channel is missing/);
});

test('its time passes by the clock, a tick a second, after what came before', async (context) => {
  const { source, clock, post } = await running(context);
  await post('/write?precision=ms', `telemetry,channel=V value=1 ${nowMs}`);
  for (const ms of [400, 700, 3000]) {
    clock.advance(ms);
    await post('/write?precision=ms', `telemetry,channel=V value=1 ${nowMs + ms}`);
  }
  assert.deepEqual(await source.ticks('lab'), [nowMs, nowMs + 1000, nowMs + 4000]);
  clock.advance(1000);
  await post('/write', '');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual((await source.ticks('cpu')).at(-1), nowMs + 5000, 'also while nothing comes');
});

test('what was taken is in the log when ingest has stopped', async (context) => {
  const { source, post } = await running(context);
  source.holdCommits();
  const writes = [1, 2, 3].map((value) => post('/write?precision=ms', `cpu idle=${value} ${nowMs}`));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stopped = source.ingest.stop();
  source.letCommitsThrough();
  await stopped;
  assert.deepEqual(await Promise.all(writes.map(async (write) => (await write).status)), [204, 204, 204]);
  assert.deepEqual((await source.samples()).length, 3);
});
