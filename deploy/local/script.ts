import { CupolaError } from '../../pipelines/errors.ts';

/** Progress, on standard error. */
export function say(line: string): void {
  console.error(line);
}

/** Runs a script with the command line's arguments; failures go to standard error and into the exit code. */
export async function runScript(usage: string, run: (args: string[]) => Promise<void>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return console.log(usage);
  try {
    await run(args);
  } catch (error) {
    const isUsage =
      error instanceof CupolaError ? error.code === 'CUPOLA_USAGE_INVALID' : isParseArgsError(error as Error);
    say(error instanceof CupolaError || isUsage ? (error as Error).message : String((error as Error).stack));
    if (isUsage) say(`\n${usage}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

function isParseArgsError(error: Error & { code?: string }): boolean {
  return error.code?.startsWith('ERR_PARSE_ARGS_') ?? false;
}
