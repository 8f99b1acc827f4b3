import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DataFrame, Field } from '@grafana/data';
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { InfluxTarget } from '../../../dashboards/grafana/influx-query.ts';
import { InfluxServer } from '../../../services/adapters/influx/influx-server.ts';
import { serverAddress } from '../../real-servers/server-address.ts';
import { newInfluxDatabase } from '../influx/influx-database.ts';
import { drawnFrames } from './drawn-frames.ts';
import { grafana } from './grafana-data.ts';
import { interpolate, queryFrames, type Shown } from './influx-frames.ts';
import { recordStation, restlessStream } from './recorded-station.ts';

let database: Awaited<ReturnType<typeof newInfluxDatabase>>;
let server: InfluxServer;
let folder: string;
let station: Omit<Shown, 'variables'>;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cupola-grafana-'));
  database = await newInfluxDatabase(serverAddress('influxdb'));
  server = new InfluxServer(database);
  station = { range: await recordStation(folder, database), intervalMs: 60_000 };
});
after(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const generated = new URL('../../../dashboards/grafana/generated/', import.meta.url);
const dashboards = readdirSync(generated).map(
  (name) => JSON.parse(readFileSync(new URL(name, generated), 'utf8')) as Dashboard,
);

for (const { title, panels, templating, annotations } of dashboards) {
  describe(`${title}, of a real run`, () => {
    const variables = templating.list!;
    const one = { stream: restlessStream };
    const first = variables[0]!.includeAll ? { stream: '.*' } : one;

    for (const variable of variables)
      test(`there are values to choose for ${variable.name}`, async () => {
        const values = await valuesOf(queryOf(variable), first);
        assert.ok(values.length >= 4, values.join(', '));
        assert.ok(variable.name !== 'stream' || values.includes(restlessStream));
      });

    for (const { name, target } of annotations.list!)
      test(`${name} have times, texts and, where they last, ends`, async () => {
        const [frame] = await queryFrames(server, influxTarget(target), { ...station, variables: first });
        const { Time, text, timeEnd } = Object.fromEntries(frame!.fields.map((field) => [field.name, field.values]));
        assert.ok(Time!.length > 0);
        assert.ok(text!.every((each) => typeof each === 'string' && each !== ''));
        assert.ok(Time!.every((each, i) => timeEnd === undefined || (timeEnd[i] as number) > (each as number)));
        assert.ok(name !== 'Anomalies' || timeEnd);
      });

    for (const panel of panels as Panel[])
      test(`"${panel.title}" gets all that it draws`, async () => {
        const repeated = variables.find(({ name }) => name === panel.repeat);
        if (repeated?.name !== 'channel') return assertDraws(panel, repeated ? one : first);
        const channels = await valuesOf(queryOf(repeated), one);
        assert.ok(channels.length >= 4);
        for (const channel of channels) await assertDraws(panel, { stream: restlessStream, channel });
      });
  });
}

test('the threshold is drawn over all of the chosen time, however long ago it was set', async () => {
  const { fromMs, toMs } = station.range;
  const late = { fromMs: (fromMs + 3 * toMs) / 4, toMs };
  const chart = dashboards.flatMap(({ panels }) => panels as Panel[]).find(({ title }) => title === 'Anomaly score');
  const target = chart!.targets!.map(influxTarget).find(({ alias }) => alias === 'threshold')!;
  const shown = { range: late, intervalMs: 60_000, variables: { stream: restlessStream } };
  const [frame] = await queryFrames(server, target, shown);
  const [times, levels] = frame!.fields.map(({ values }) => values);
  assert.deepEqual(times, [late.fromMs, late.toMs]);
  assert.ok(levels!.every((level) => typeof level === 'number' && level === levels![0]));
});

test('every unit of a dashboard is one that Grafana has', () => {
  const known = new Set(grafana.getValueFormats().flatMap(({ submenu }) => submenu.map(({ value }) => value)));
  const options = dashboards.flatMap(({ panels }) => (panels as Panel[]).map(({ fieldConfig }) => fieldConfig!));
  const overridden = options.flatMap(({ overrides }) => overrides.flatMap(({ properties }) => properties));
  const units = [
    ...options.map(({ defaults }) => defaults.unit),
    ...overridden.filter(({ id }) => id === 'unit').map(({ value }) => value as string),
  ].filter((unit) => unit !== undefined);
  assert.ok(units.length > 10);
  assert.deepEqual(
    units.filter((unit) => !known.has(unit)),
    [],
  );
});

/** Each query has an answer, and what comes of them after transformations and overrides is what the panel is made for. */
async function assertDraws(panel: Panel, variables: Readonly<Record<string, string>>): Promise<void> {
  const data: DataFrame[] = [];
  for (const target of panel.targets!.map(influxTarget)) {
    const frames = await queryFrames(server, target, { ...station, variables });
    assert.ok(
      frames.some(({ length }) => length > 0),
      `${JSON.stringify(variables)} ${target.refId}: ${target.query}`,
    );
    data.push(...frames);
  }
  const drawn = await drawnFrames(panel, data);
  if (panel.type === 'table') assertTable(panel, drawn);
  else assertValues(panel, drawn);
  assertOverridesApply(panel, drawn);
}

/** Every frame has numbers in time. */
function assertValues({ targets }: Panel, drawn: readonly DataFrame[]): void {
  for (const { refId } of targets!.map(influxTarget))
    assert.ok(
      drawn.some((frame) => frame.refId === refId),
      refId,
    );
  for (const { name, fields } of drawn) {
    const [time, value] = fields;
    assert.equal(time!.type, grafana.FieldType.time);
    assert.equal(value!.type, grafana.FieldType.number, name);
    assertShows(value!);
  }
}

/** One frame, with the columns that the panel names, in their order, and something in each. */
function assertTable({ transformations }: Panel, drawn: readonly DataFrame[]): void {
  assert.equal(drawn.length, 1);
  const { renameByName } = transformations!.findLast(({ id }) => id === 'organize')!.options as Organized;
  const { fields } = drawn[0]!;
  assert.deepEqual(
    fields.map((field) => nameOf(field, drawn)),
    Object.values(renameByName),
  );
  for (const field of fields) assertShows(field);
}

function assertShows({ name, values, display }: Field): void {
  const value = values.find((each) => each !== null && each !== undefined);
  assert.ok(value !== undefined, `${name} has no value`);
  assert.match(display!(value).text, /\S/, name);
}

/** Each override finds a field and leaves its mark there. */
function assertOverridesApply({ fieldConfig }: Panel, drawn: DataFrame[]): void {
  for (const { matcher, properties } of fieldConfig!.overrides) {
    const matches = grafana.fieldMatchers.get(matcher.id).get(matcher.options);
    const found = drawn.flatMap((frame) => frame.fields.filter((field) => matches(field, frame, drawn)));
    assert.ok(found.length > 0, `nothing is called ${String(matcher.options)}`);
    for (const { config } of found) {
      const applied = {
        ...config,
        ...Object.fromEntries(Object.entries(config.custom ?? {}).map(([key, value]) => [`custom.${key}`, value])),
      };
      for (const { id } of properties) assert.ok(applied[id as keyof typeof applied] !== undefined, id);
    }
  }
}

interface Organized {
  readonly renameByName: Readonly<Record<string, string>>;
}

function nameOf(field: Field, frames: readonly DataFrame[]): string {
  return grafana.getFieldDisplayName(field, undefined, [...frames]);
}

function influxTarget(target: unknown): InfluxTarget {
  return target as InfluxTarget;
}

function queryOf({ query }: VariableModel): string {
  return (query as { readonly query: string }).query;
}

/** What a variable offers. */
async function valuesOf(query: string, variables: Readonly<Record<string, string>>): Promise<string[]> {
  const [series] = await server.query(interpolate(query, { ...station, variables }));
  return series!.flatMap(({ values }) => values.map(([, value]) => value as string));
}
