import type { Command } from 'commander';
import { loadConfig } from '../../host/config.ts';
import { configFields, configJsonSchema } from '../../host/config-reference.ts';
import { ConfigInvalid } from '../../host/config-problems.ts';
import { effectiveValues } from '../../host/effective-values.ts';
import { exitCodes } from '../exit-codes.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';

/** `cupola config check|print|schema`. */
export function addConfig(program: Command): void {
  const config = program.command('config').description('Check, print and describe cupola.yaml');
  config
    .command('check')
    .description('Check a configuration file: every problem with its place, value and bound')
    .argument('[file]', 'by default what CUPOLA_CONFIG names, or cupola.yaml where there is one')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', examples('cupola config check', 'cupola config check deploy/cupola.yaml --json'))
    .action(checkConfig);
  config
    .command('print')
    .description('Print the effective configuration and where each value comes from')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', examples('cupola config print', 'CUPOLA_LOG_LEVEL=debug cupola config print --json'))
    .action(printConfig);
  config
    .command('schema')
    .description('Print every field with its bounds, default and meaning; with --json as JSON Schema')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', examples('cupola config schema', 'cupola config schema --json > cupola.schema.json'))
    .action(printSchema);
}

function checkConfig(file: string | undefined, options: OutputOptions): void {
  try {
    const { file: read } = loadConfig({ file });
    printResult(
      options,
      { valid: true, file: read, problems: [] },
      () => `${read ?? 'the default configuration'} is right`,
    );
  } catch (error) {
    if (!(error instanceof ConfigInvalid) || !options.json) throw error;
    const problems = error.problems.map(({ origin, field, value, bound, message }) => ({
      origin,
      field,
      value,
      bound,
      message,
    }));
    printResult(options, { valid: false, file: file ?? null, problems }, () => '');
    process.exitCode = exitCodes.usage.code;
  }
}

function printConfig(options: OutputOptions & { readonly config?: string }): void {
  const loaded = loadConfig({ file: options.config });
  const values = effectiveValues(loaded);
  const result = {
    file: loaded.file,
    config: loaded.config,
    origins: Object.fromEntries(values.map(({ field, origin }) => [field, origin])),
  };
  printResult(options, result, () =>
    table(
      ['FIELD', 'VALUE', 'FROM'],
      values.map(({ field, value, origin }) => [field, JSON.stringify(value), origin]),
    ),
  );
}

function printSchema(options: OutputOptions): void {
  printResult(options, configJsonSchema(), () =>
    configFields()
      .map(({ path, bound, default: preset, required, description }) => {
        const fallback = required
          ? 'required'
          : preset === undefined
            ? 'optional'
            : `default ${JSON.stringify(preset)}`;
        return `${path}\n  ${description}\n  ${bound}; ${fallback}`;
      })
      .join('\n'),
  );
}
