import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cupola = fileURLToPath(new URL('../../../services/cli/cupola.js', import.meta.url));

/** What became of a command. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command, in a folder, with nothing of this process's environment that Cupola reads. */
export function startCommand(cwd: string, args: readonly string[], nodeOptions: readonly string[] = []): ChildProcess {
  const { CUPOLA_CONFIG: _, CUPOLA_DATA_DIR: __, CUPOLA_LOG_LEVEL: ___, ...env } = process.env;
  return spawn(process.execPath, [...nodeOptions, cupola, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Waits for a command's end. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, ...output };
}

/** Runs the real command to its end. */
export function runCommand(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  return outcomeOf(startCommand(cwd, args));
}
