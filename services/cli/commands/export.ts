import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Option, type Command } from 'commander';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { ExportKind, ExportTable } from '../../console/api.ts';
import { tableBytes, tableFormats, type TableFormat } from '../../host/export/table-bytes.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import { systemClient, type SystemOptions } from '../system-options.ts';
import { addTelemetryOptions, telemetryChoice, type TelemetryOptions } from '../telemetry-options.ts';
import { time } from '../time-option.ts';
import { wholeNumber } from '../whole-number.ts';

type ExportOptions = OutputOptions &
  SystemOptions &
  TelemetryOptions & {
    readonly models?: string;
    readonly out: string;
    readonly format?: TableFormat;
    readonly stream?: string;
    readonly from?: number;
    readonly to?: number;
    readonly limit: string;
  };

const descriptions: Readonly<Record<ExportKind, string>> = {
  windows: 'Write windows of telemetry in engineering units: a row for each row of each window',
  scores: 'Write the score of every window, with its threshold where a model watches recorded telemetry',
  codes: 'Write the latent code of every window',
};

/** `cupola export windows|scores|codes`: telemetry, scores and codes for other tools. */
export function addExport(program: Command): void {
  const group = program.command('export').description('Write windows, scores or latent codes to a file');
  for (const [kind, description] of Object.entries(descriptions)) addKind(group, kind as ExportKind, description);
}

function addKind(group: Command, kind: ExportKind, description: string): void {
  addTelemetryOptions(group.command(kind).description(description))
    .argument('[version]', 'with telemetry: a stored model, as `cupola models list` or `cupola train` shows it')
    .requiredOption('--out <file>', 'the file to write')
    .addOption(new Option('--format <name>', "what to write (default: the file's ending)").choices(tableFormats))
    .option('--models <folder>', 'with telemetry: where models are stored (default: in the data folder)')
    .option('--stream <stream>', 'what a running system remembers of this stream')
    .option('--from <time>', 'with --stream: ISO 8601 (default: as far back as the limit)', time)
    .option('--to <time>', 'with --stream: ISO 8601 (default: the newest window)', time)
    .option('--limit <number>', 'with --stream: the newest windows, 20000 at most', '5000')
    .option('--url <url>', 'with --stream: address of the running system (default: the console of cupola.yaml)')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print what was written as JSON on one line')
    .addHelpText(
      'after',
      examples(
        `cupola export ${kind} dense-0123456789ab --dataset smap --data data --channel P-3 --out ${kind}.parquet`,
        `cupola export ${kind} --stream water --from 2026-01-05T12:00Z --out ${kind}.csv`,
      ),
    )
    .action((version: string | undefined, options: ExportOptions) => exportTo(kind, version, options));
}

async function exportTo(kind: ExportKind, version: string | undefined, options: ExportOptions): Promise<void> {
  const { out } = options;
  const format = formatOf(options);
  const table = await tableOf(kind, version, options);
  const bytes = await tableBytes(table, format);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, bytes);
  const written = {
    out,
    format,
    stream: table.stream,
    rows: table.rows,
    columns: table.columns.map(({ name }) => name),
    bytes: bytes.length,
  };
  printResult(
    options,
    written,
    ({ rows, columns }) => `${rows} rows of ${columns.length} columns in ${out}, ${bytes.length} bytes`,
  );
}

async function tableOf(kind: ExportKind, version: string | undefined, options: ExportOptions): Promise<ExportTable> {
  const telemetry = telemetryChoice(options);
  if ((telemetry === null) === (options.stream === undefined))
    throw unusable('--stream', 'given for a running system, or else --dataset or --simulate with a model');
  if (telemetry === null) return remembered(kind, options);
  if (version === undefined) throw unusable('version', 'given with --dataset or --simulate: whose windows they are');
  const { storedModel } = await import('../../host/stored-model.ts');
  const { recordedTable } = await import('../../host/export/recorded-table.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const progress = new Progress();
  const onProgress = (windows: number): void => progress.show(`${windows} windows`);
  progress.show('reading telemetry');
  const bundle = await storedModel(version, options);
  return recordedTable(kind, bundle, telemetry, onProgress, ending.signal).finally(() => progress.end());
}

function remembered(kind: ExportKind, options: ExportOptions): Promise<ExportTable> {
  const { stream, from, to } = options;
  const query = new URLSearchParams({ limit: `${wholeNumber('--limit', options.limit, 1)}` });
  if (from !== undefined) query.set('fromMs', `${from}`);
  if (to !== undefined) query.set('toMs', `${to}`);
  return systemClient(options).get(`/api/streams/${encodeURIComponent(stream!)}/export/${kind}?${query}`);
}

function formatOf({ format, out }: ExportOptions): TableFormat {
  const ending = tableFormats.find((name) => out.endsWith(`.${name}`));
  if (format ?? ending) return (format ?? ending)!;
  throw unusable('--format', `one of ${tableFormats.join(', ')}, or the ending of --out`);
}

function unusable(field: string, bound: string): CupolaError {
  return new CupolaError('CUPOLA_USAGE_INVALID', `${field} must be ${bound}`, { field, bound });
}
