import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { outcomeOf, runCommand, startCommand, type Outcome } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-cli-'));
after(() => rmSync(folder, { recursive: true }));

writeFileSync(join(folder, 'good.yaml'), 'console: { port: 8471 }\n');
writeFileSync(join(folder, 'bad.yaml'), 'console: { port: 70000 }\ndataDirs: x\n');

const run = (...args: string[]): Promise<Outcome> => runCommand(folder, ...args);

/** The one line of JSON in which a command reports its failure. */
function failureIn({ stderr }: Outcome): { code: string; field: string | null; remedy: string } {
  return (JSON.parse(stderr) as { error: { code: string; field: string | null; remedy: string } }).error;
}

describe('the real command', { concurrency: 2 }, () => {
  test('shows its commands and exit codes', async () => {
    const { exitCode, stdout, stderr } = await run('--help');
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /start \[options\]/);
    assert.match(stdout, /Exit codes: 0 done; 1 failed; 2 .*; 3 /);
  });

  test('refuses an unknown option with exit code 2 and what to do', async () => {
    const { exitCode, stdout, stderr } = await run('streams', '--sped', '1');
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^CUPOLA_USAGE_INVALID: unknown option '--sped'\n {2}to do: /);
  });

  test('refuses an unknown command as JSON for scripts', async () => {
    const outcome = await run('strems', '--json');
    assert.equal(outcome.exitCode, 2);
    assert.equal(failureIn(outcome).code, 'CUPOLA_USAGE_INVALID');
  });

  test('says that a configuration is right', async () => {
    const { exitCode, stdout } = await run('config', 'check', 'good.yaml', '--json');
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(stdout), { valid: true, file: 'good.yaml', problems: [] });
  });

  test('names every problem of a configuration, with exit code 2', async () => {
    const { exitCode, stdout } = await run('config', 'check', 'bad.yaml', '--json');
    assert.equal(exitCode, 2);
    const { problems } = JSON.parse(stdout) as {
      problems: { origin: string; field: string; value: unknown; bound: string }[];
    };
    assert.deepEqual(
      problems.map(({ origin, field }) => [origin, field]),
      [
        ['bad.yaml:1:12', 'console.port'],
        ['bad.yaml:2:1', 'dataDirs'],
      ],
    );
    assert.deepEqual([problems[0]!.value, problems[0]!.bound], [70_000, 'a whole number from 0 to 65535']);
  });

  test('refuses to start with an option out of bounds, under the name of the option', async () => {
    const outcome = await run('start', '--port', 'http', '--json');
    assert.equal(outcome.exitCode, 2);
    const { code, field } = failureIn(outcome);
    assert.deepEqual([code, field], ['CUPOLA_CONFIG_INVALID', 'console.port']);
  });

  test('tells an unreachable system from a failure: exit code 3', async () => {
    const outcome = await run('streams', '--url', 'http://127.0.0.1:9', '--json');
    assert.equal(outcome.exitCode, 3);
    assert.equal(failureIn(outcome).code, 'CUPOLA_SYSTEM_UNREACHABLE');
  });

  test('takes what answers and is no Cupola for an unreachable one', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { exitCode, stderr } = await run('models', 'list', '--url', `http://127.0.0.1:${port}`);
    server.close();
    assert.equal(exitCode, 3, stderr);
    assert.match(stderr, /is no Cupola/);
  });

  test('doctor looks at runtimes, folder, disk and port, and says what to do about a port that is taken', async () => {
    const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    writeFileSync(join(folder, 'taken.yaml'), `console: { port: ${port} }\n`);
    const { exitCode, stdout, stderr } = await run('doctor', '--config', 'taken.yaml', '--json');
    server.close();
    const { ok, checks } = JSON.parse(stdout) as {
      ok: boolean;
      checks: { name: string; status: string; remedy: string | null }[];
    };
    const failed = checks.filter(({ status }) => status === 'fail');
    assert.deepEqual([exitCode, ok, failed.map(({ name }) => name)], [1, false, ['console port']], stderr);
    assert.match(failed[0]!.remedy!, /--port/);
    const names = checks.map(({ name }) => name).join(' ');
    for (const name of ['node', 'scoring', 'training', 'data folder', 'disk']) assert.match(names, new RegExp(name));
  });

  test('a file that cannot be written is no fault of the program', async () => {
    const outcome = await run('simulate', '--seconds', '10', '--out', join('none', 'a.jsonl'), '--json');
    const { code, field } = failureIn(outcome);
    assert.deepEqual([outcome.exitCode, code, field], [1, 'CUPOLA_FILE_UNUSABLE', 'path']);
  });

  test('an older Node is told what to install, not shown a syntax error', async () => {
    const older = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"22.17.1"})';
    const { exitCode, stderr } = await outcomeOf(startCommand(folder, ['--version'], ['--import', older]));
    assert.equal(exitCode, 2);
    assert.match(stderr, /^cupola needs Node 22\.18 or newer/);
  });

  test('a reader that stops early ends the command without a word', async () => {
    const child = startCommand(folder, ['simulate', '--seconds', '86400']);
    const outcome = outcomeOf(child);
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    const { exitCode, stderr } = await outcome;
    assert.deepEqual([exitCode, stderr], [0, '']);
  });
});
