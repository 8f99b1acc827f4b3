import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { dashboardFiles } from '../../../../dashboards/grafana/dashboard-files.ts';
import { palette } from '../../../../dashboards/grafana/palette.ts';
import { excessSteps } from '../../../../dashboards/grafana/severity.ts';
import { excessSymbol } from '../../../../dashboards/console/format/status.ts';

const project = new URL('../../../../', import.meta.url);
const files = dashboardFiles();

describe('dashboards as code', () => {
  it('are what is committed, file for file', () => {
    const folder = new URL('dashboards/grafana/generated/', project);
    const committed = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
    assert.deepEqual(Object.fromEntries(committed), files, 'npm run dashboards writes them anew');
  });

  it('ask the data source that is provisioned, and no other', () => {
    const { datasources } = parse(read('deploy/grafana/provisioning/datasources/cupola.yaml')) as Provisioned;
    const provisioned = datasources.map(({ type, uid }) => ({ type, uid }));
    const asked = Object.values(files).flatMap((text) => valuesOf('datasource', JSON.parse(text)));
    assert.ok(asked.length > 20);
    for (const datasource of asked) assert.deepEqual([datasource], provisioned);
  });

  it('link to dashboards that are there', () => {
    const uids = new Set(Object.values(files).map((text) => (JSON.parse(text) as { uid: string }).uid));
    const linked = Object.values(files).flatMap((text) => valuesOf('url', JSON.parse(text)) as string[]);
    const missing = linked.filter((url) => !uids.has(/^\/d\/([^?]+)/.exec(url)?.[1] ?? ''));
    assert.deepEqual(missing, []);
    assert.ok(linked.length > 3);
  });
});

describe('colours of dashboards mean what they mean in the console', () => {
  it('status colours and quiet ones are those of the page', () => {
    const page = read('dashboards/console/page.css');
    const ofPage = Object.keys(palette).map((name) => [name, new RegExp(`--${name}: (#\\w+);`).exec(page)?.[1]]);
    assert.deepEqual(palette, Object.fromEntries(ofPage));
  });

  it('a score so many times its threshold has the severity that it has there', () => {
    const nameOf = new Map(Object.entries(palette).map(([name, colour]) => [colour as string, name]));
    const ratios = [0.5, 1.001, 1.999, 2, 4.999, 5, 50];
    const found = ratios.map((ratio) => {
      const step = excessSteps.findLast(([bound]) => bound <= ratio);
      return step ? nameOf.get(step[1]) : 'normal';
    });
    assert.deepEqual(found, ratios.map(excessSymbol));
  });
});

interface Provisioned {
  readonly datasources: readonly { readonly type: string; readonly uid: string }[];
}

function read(path: string): string {
  return readFileSync(new URL(path, project), 'utf8');
}

/** The values under a key, however deep. */
function valuesOf(key: string, node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => (name === key ? [value] : valuesOf(key, value)));
}
