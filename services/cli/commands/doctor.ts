import type { Command } from 'commander';
import { loadConfig } from '../../host/config.ts';
import { exitCodes } from '../exit-codes.ts';
import { examples, printResult, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';

/** `cupola doctor`: what this machine has, what it lacks, and what to do. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Look at what Cupola needs of this machine, and say what to do about what is missing')
    .option('-c, --config <file>', 'configuration file, for its data folder and port')
    .option('--json', 'print JSON on one line')
    .addHelpText('after', examples('cupola doctor', 'cupola doctor --json'))
    .action(doctor);
}

async function doctor(options: OutputOptions & { readonly config?: string }): Promise<void> {
  const { config } = loadConfig({ file: options.config });
  const progress = new Progress();
  progress.show('looking at runtimes, folders and ports');
  const { diagnose } = await import('../../host/diagnosis.ts');
  const checks = await diagnose(config).finally(() => progress.end());
  const ok = checks.every(({ status }) => status !== 'fail');
  printResult(options, { ok, checks }, () =>
    checks
      .map(({ name, status, found, remedy }) =>
        [`${status.padEnd(4)}  ${name}: ${found}`, ...(remedy === null ? [] : [`      ${remedy}`])].join('\n'),
      )
      .join('\n'),
  );
  if (!ok) process.exitCode = exitCodes.failed.code;
}
