import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configurationPage } from '../../../docs/configuration-page.ts';
import { configFields, configJsonSchema } from '../../../services/host/config-reference.ts';
import { configSchema } from '../../../services/host/config-schema.ts';

const fields = configFields();

test('docs/configuration.md says what the schema says (otherwise: npm run docs)', () => {
  assert.equal(readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8'), configurationPage());
});

test('every field says what it is for, what a value must be, and shows one', () => {
  const silent = fields.filter(({ path, description, bound, example, default: preset }) => {
    const isShown = example !== undefined || Array.isArray(preset) || (preset !== null && typeof preset === 'object');
    return description === '' || bound === '' || !isShown || path === '';
  });
  assert.deepEqual(silent, []);
});

test('no field stands twice, and every section is among them', () => {
  const paths = fields.map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length);
  const sections = new Set(paths.map((path) => /^\w+/.exec(path)![0]));
  assert.deepEqual([...sections], Object.keys(configSchema.shape));
});

test('the example of every field is accepted in its place', () => {
  for (const { path, example } of fields) {
    if (example === undefined) continue;
    const parsed = configSchema.safeParse(fileWith(path, example));
    assert.ok(parsed.success, `${path}: ${JSON.stringify(example)}: ${parsed.error?.message}`);
  }
});

/** What each kind of source cannot do without. */
const leastOfSources: Readonly<Record<string, object>> = {
  replay: { dataset: 'smd', dataDir: 'data' },
  mqtt: { url: 'mqtt://broker', topics: [{ topic: 'a' }] },
  kafka: { brokers: ['kafka:9092'], topics: [{ topic: 'a' }] },
};
const leastOfStream = { stream: 's', source: 'x', intervalMs: 1000, channels: ['V'] };
/** What the sections in a list cannot do without. */
const leastOfEntries: Readonly<Record<string, object>> = {
  channels: { id: 'V' },
  topics: { topic: 'a' },
  states: { value: 1, label: 'on' },
};

/** Sections within one another, those in lists alone in theirs: `channels[].unit`. */
function fieldsWith(path: string, value: unknown): object {
  const [step, ...rest] = path.split('.');
  if (rest.length === 0) return { [step!]: value };
  const inner = fieldsWith(rest.join('.'), value);
  const name = step!.replace('[]', '');
  return { [name]: name === step ? inner : [{ ...leastOfEntries[name], ...inner }] };
}

/** The smallest configuration with a value at a field's path. */
function fileWith(path: string, value: unknown): Record<string, unknown> {
  const [, type, field] = /^sources\[([\w-]+)\]\.([\w.[\]]+)$/.exec(path) ?? [];
  if (type !== undefined) return { sources: [{ ...leastOfSources[type], type, ...fieldsWith(field!, value) }] };
  const [, ofStream] = /^streamDefinitions\[\]\.(.+)$/.exec(path) ?? [];
  if (ofStream !== undefined) return { streamDefinitions: [{ ...leastOfStream, ...fieldsWith(ofStream, value) }] };
  const base: Record<string, unknown> = path.startsWith('streams.STREAM.') ? { version: 2 } : {};
  return path
    .split('.')
    .reduceRight<unknown>(
      (inner, step, i, steps) => ({ ...(i === steps.length - 1 ? base : {}), [step]: inner }),
      value,
    ) as Record<string, unknown>;
}

test('the JSON Schema for editors knows every section and allows no other', () => {
  const schema = configJsonSchema();
  assert.deepEqual(Object.keys(schema['properties'] as object), Object.keys(configSchema.shape));
  assert.equal(schema['additionalProperties'], false);
});
