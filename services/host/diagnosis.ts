import { execFile } from 'node:child_process';
import { access, constants, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import packageFile from '../../package.json' with { type: 'json' };
import { describeScoring } from '../adapters/onnx/describe-scoring.ts';
import { describeTraining } from '../adapters/tfjs/tfjs-training.ts';
import type { Config } from './config-schema.ts';

/** What was looked at, how it is, and what to do about it. */
export interface Finding {
  readonly name: string;
  /** `warn`: Cupola runs, and something is not at its best. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** null where nothing need be done. */
  readonly remedy: string | null;
}

const gigabyte = 1e9;
const leastFreeBytes = { fail: 0.5 * gigabyte, warn: 5 * gigabyte };

/** Looks at everything that Cupola needs of this machine under a configuration. */
export async function diagnose(config: Config): Promise<Finding[]> {
  const findings = await Promise.all([
    checkScoring(),
    checkTraining(),
    checkDataDir(config.dataDir),
    checkDisk(config.dataDir),
    checkPort(config.console),
    checkChromium(),
  ]);
  return [checkNode(), ...findings.flat()];
}

function ok(name: string, found: string): Finding {
  return { name, status: 'ok', found, remedy: null };
}

function checkNode(): Finding {
  const { node } = packageFile.engines;
  const [major = 0, minor = 0] = node.replace('>=', '').split('.').map(Number);
  const [runningMajor = 0, runningMinor = 0] = process.versions.node.split('.').map(Number);
  const found = `${process.version}, wanted ${node}`;
  if (runningMajor > major || (runningMajor === major && runningMinor >= minor)) return ok('node', found);
  return { name: 'node', status: 'fail', found, remedy: 'Install a newer Node: https://nodejs.org' };
}

async function checkScoring(): Promise<Finding> {
  const { name, version, problem } = await describeScoring();
  const found = `onnxruntime ${version ?? 'does not load'} (${name})`;
  if (problem === null) return ok('scoring', found);
  const remedy = 'Run `npm ci` again; onnxruntime-node needs x64 or arm64, and glibc on Linux.';
  return { name: 'scoring', status: 'fail', found: `${found}: ${problem}`, remedy };
}

async function checkTraining(): Promise<Finding[]> {
  const reports = await describeTraining();
  const best = reports.find(({ problem }) => problem === null);
  return reports.map((report) => {
    const name = `training, ${report.name}`;
    const found = `TensorFlow.js ${report.version}`;
    if (report.problem === null) return ok(name, report === best ? `${found}, used` : found);
    const remedy = best ? `${best.name} is used instead.` : 'Run `npm ci` again; without a backend nothing is trained.';
    return { name, status: best ? 'warn' : 'fail', found: `${found}: ${report.problem}`, remedy };
  });
}

/** A folder that is not there yet is judged by the one that it will be made in. */
async function checkDataDir(dataDir: string): Promise<Finding> {
  const folder = resolve(dataDir);
  const existing = await nearestExisting(folder);
  const found = existing === folder ? folder : `${folder}, to be made`;
  try {
    const probe = join(existing, `.cupola-doctor-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
    return ok('data folder', `${found}, can be written`);
  } catch (error) {
    const remedy = 'Make it writable, or name another with --data-dir or dataDir in cupola.yaml.';
    return { name: 'data folder', status: 'fail', found: `${found}: ${(error as Error).message}`, remedy };
  }
}

async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestExisting(resolve(dataDir)));
  const freeBytes = bavail * bsize;
  const found = `${(freeBytes / gigabyte).toFixed(1)} GB free`;
  if (freeBytes >= leastFreeBytes.warn) return ok('disk', found);
  const remedy = 'Free some space, choose another dataDir, or keep less (history.keepMs).';
  return { name: 'disk', status: freeBytes < leastFreeBytes.fail ? 'fail' : 'warn', found, remedy };
}

async function nearestExisting(folder: string): Promise<string> {
  const exists = await access(folder, constants.F_OK).then(
    () => true,
    () => false,
  );
  return exists || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

async function checkPort({ host, port }: Config['console']): Promise<Finding> {
  const name = 'console port';
  const at = `${host}:${port}`;
  const refusal = await tryToListen(host, port);
  if (refusal === null) return ok(name, `${at} is free`);
  if (refusal === 'EADDRINUSE' && (await isCupola(`http://${at}`))) return ok(name, `a Cupola runs at ${at}`);
  const remedy = 'Stop what has the port, or set another: --port, or console.port in cupola.yaml.';
  return { name, status: 'fail', found: `cannot listen on ${at} (${refusal})`, remedy };
}

function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => answer(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => answer(null)));
  });
}

async function isCupola(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/status`, { signal: AbortSignal.timeout(2000) });
    return 'stationTimeMs' in ((await response.json()) as object);
  } catch {
    return false;
  }
}

/** Only the project's own tests need a browser. */
async function checkChromium(): Promise<Finding> {
  const name = 'chromium (for the tests of the page only)';
  try {
    const { stdout } = await promisify(execFile)('chromium', ['--version'], { timeout: 10_000 });
    return ok(name, stdout.trim());
  } catch {
    return ok(name, 'not found');
  }
}
