import type { Command } from 'commander';
import { addConfigOptions, hostConfig, type ConfigOptions } from '../config-options.ts';
import { examples, type OutputOptions } from '../output.ts';
import { runHost } from '../run-host.ts';
import { seconds } from '../system-options.ts';

interface StartOptions extends ConfigOptions, OutputOptions {
  readonly headless?: boolean;
  /** Names with commas between. */
  readonly services?: string;
  /** Seconds. */
  readonly duration?: number;
}

/** `cupola start`: the whole system in one process. */
export function addStart(program: Command): void {
  addConfigOptions(program.command('start'))
    .description('Run the system in this process: by default a simulated station, with its console on a page')
    .option('--headless', 'without the console')
    .option('--services <names>', 'which services run in this process, with commas between (services)')
    .option('--duration <seconds>', 'end after so much live telemetry and print a summary', seconds)
    .option('--json', 'print JSON on one line')
    .addHelpText(
      'after',
      examples(
        'cupola start',
        'cupola start --seed 7 --speed 600 --data-dir /tmp/station',
        'cupola start --headless --duration 150 --seed 7 --json',
        'cupola start --config cupola.yaml',
        'cupola start --config cluster.yaml --services scorer,annunciator',
      ),
    )
    .addHelpText(
      'after',
      '\nCtrl+C ends it in good order; a second one at once. With --duration, a simulated station counts from the end\n' +
        'of its history and stands still while its first models are trained, and nothing is kept unless --data-dir,\n' +
        'or the configuration, names a folder.',
    )
    .action(start);
}

function start(options: StartOptions): Promise<void> {
  const { services } = options;
  const overrides =
    services === undefined ? [] : [{ option: '--services', path: ['services'], value: services.split(',') }];
  return runHost(hostConfig(options, overrides), { ...options, isKept: options.duration === undefined });
}
