import packageFile from '../../../package.json' with { type: 'json' };
import type { ExportTable, TableColumn } from '../../console/export/export-table.ts';

export const tableFormats = ['parquet', 'csv', 'json'] as const;

export type TableFormat = (typeof tableFormats)[number];

/** A table as a file's content. In CSV and JSON times are ISO 8601 in UTC; JSON has an object a line within one array. */
export async function tableBytes(table: ExportTable, format: TableFormat): Promise<Uint8Array> {
  const text = new TextEncoder();
  if (format === 'csv') return text.encode(csv(table));
  if (format === 'json') return text.encode(json(table));
  const { parquetBytes } = await import('../../adapters/parquet/parquet-bytes.ts');
  const about = { 'cupola.version': packageFile.version, 'cupola.stream': table.stream, 'cupola.kind': table.kind };
  return parquetBytes(table.columns, about);
}

function csv({ columns, rows }: ExportTable): string {
  const lines = Array.from({ length: rows }, (_, row) => columns.map((column) => csvCell(cell(column, row))).join(','));
  return `${[columns.map(({ name }) => csvCell(name)).join(','), ...lines].join('\n')}\n`;
}

/** RFC 4180: what would be taken for more than one cell is quoted. */
function csvCell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function json({ columns, rows }: ExportTable): string {
  const objects = Array.from({ length: rows }, (_, row) =>
    JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, cell(column, row)]))),
  );
  return `[\n${objects.join(',\n')}\n]\n`;
}

function cell(column: TableColumn, row: number): string | number | boolean | null {
  const value = column.values[row]!;
  return column.type === 'time' && typeof value === 'number' ? new Date(value).toISOString() : value;
}
