/** What every command takes. */
export interface OutputOptions {
  /** JSON, on one line, for scripts. */
  readonly json?: boolean;
}

/** Prints a command's result to standard output: as JSON, or as text for people. */
export function printResult<T>({ json }: OutputOptions, result: T, render: (result: T) => string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : render(result)}\n`);
}

/** Rows under a heading, in columns as wide as they need. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** An event time, in UTC to the second; `-` where there is none. */
export function timeText(timeMs: number | null | undefined): string {
  return timeMs === null || timeMs === undefined ? '-' : `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** Examples for --help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
