import type { Command } from 'commander';
import { loadConfig } from '../../host/config.ts';
import { applyInfluxOf, planInfluxOf } from '../../host/open-history.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';

interface InfluxCommandOptions extends OutputOptions {
  readonly config?: string;
  readonly alter?: boolean;
}

/** `cupola influx plan|apply`: the database, retention policies and continuous queries of a history in InfluxDB. */
export function addInflux(program: Command): void {
  const influx = program.command('influx').description('Make what a history in InfluxDB needs there');
  addOptions(influx.command('plan').description('Compare what is in InfluxDB with what should be; changes nothing'))
    .addHelpText('after', examples('cupola influx plan', 'cupola influx plan --config station.yaml --json'))
    .action(plan);
  addOptions(influx.command('apply').description('Make what is missing; leaves alone what is there'))
    .option('--alter', 'also change what differs; a shorter retention deletes what is older')
    .addHelpText('after', examples('cupola influx apply', 'cupola influx apply --alter'))
    .action(apply);
}

function addOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: what CUPOLA_CONFIG names, or cupola.yaml)')
    .option('--json', 'print JSON on one line');
}

async function plan(options: InfluxCommandOptions): Promise<void> {
  const parts = await planInfluxOf(loadConfig({ file: options.config }));
  printResult(options, { parts }, () => {
    const rows = parts.map(({ kind, name, state, found, wanted }) => [
      state,
      kind,
      name,
      state === 'differs' ? `${found} -> ${wanted}` : wanted,
    ]);
    return table(['STATE', 'KIND', 'NAME', 'AS'], rows);
  });
}

async function apply(options: InfluxCommandOptions): Promise<void> {
  const loaded = loadConfig({ file: options.config });
  const changed = await applyInfluxOf(loaded, options.alter ?? false);
  const left = (await planInfluxOf(loaded)).filter(({ state }) => state !== 'there');
  printResult(options, { changed, left }, () => {
    const made = changed.map(({ kind, name }) => `made ${kind} ${name}`);
    const kept = left.map(({ kind, name, found }) => `left ${kind} ${name} as it is: ${found} (--alter changes it)`);
    return [...made, ...kept].join('\n') || 'nothing to do';
  });
}
