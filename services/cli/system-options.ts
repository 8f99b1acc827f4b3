import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../host/config.ts';
import type { OutputOptions } from './output.ts';
import { SystemClient } from './system-client.ts';

/** What every command on a running system takes. */
export interface SystemOptions extends OutputOptions {
  readonly url?: string;
  readonly config?: string;
}

/** What every command that changes a running system takes. */
export interface ChangeOptions extends SystemOptions {
  readonly reason?: string;
  /** Seconds. */
  readonly wait: number;
}

export function addSystemOptions(command: Command): Command {
  return command
    .option('--url <url>', 'address of the running system (default: the console of cupola.yaml)')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print JSON on one line');
}

export function addChangeOptions(command: Command, waitSeconds = 30): Command {
  return addSystemOptions(command)
    .option('--reason <text>', 'why; kept with the change')
    .option('--wait <seconds>', 'how long to wait until it takes effect; 0 does not wait', seconds, waitSeconds);
}

/** The running system that the options mean. */
export function systemClient({ url, config }: SystemOptions): SystemClient {
  return new SystemClient(url ?? consoleUrl(config));
}

function consoleUrl(file: string | undefined): string {
  const { host, port } = loadConfig({ file }).config.console;
  const local: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  return `http://${local[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
}

/** Parses an option in seconds. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1e7))
    throw new InvalidArgumentError('It must be seconds, from 0 to 10000000.');
  return value;
}
