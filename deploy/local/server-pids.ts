import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';

/** A server that was given a file of this folder, not somebody who reads one. */
const server = /^\S*(java|influxd) /;

/** The processes that serve what is in a folder, whoever started them, were they ever so short of being ready. */
export function serverPids(folder: string): number[] {
  const ours = processes().filter(({ commandLine }) => server.test(commandLine) && commandLine.includes(`${folder}/`));
  return ours.map(({ pid }) => pid);
}

function processes(): { pid: number; commandLine: string }[] {
  if (existsSync('/proc/self/cmdline')) {
    return globSync('/proc/[0-9]*').map((path) => ({ pid: Number(path.slice(6)), commandLine: argumentsIn(path) }));
  }
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [, pid, commandLine] = /^\s*(\d+) (.*)$/.exec(line)!;
    return { pid: Number(pid), commandLine: commandLine! };
  });
}

function argumentsIn(path: string): string {
  try {
    return readFileSync(`${path}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended since it was listed.
    return '';
  }
}
