import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorsPage } from '../../docs/errors-page.ts';
import { CupolaError, errorTable } from '../../pipelines/errors.ts';
import { readTexts } from '../architecture/project.ts';

const sources = Object.entries(readTexts()).filter(
  ([path]) => /^(pipelines|services|dashboards|deploy)\//.test(path) && path !== 'pipelines/errors.ts',
);

/** Codes between quotes. Names of environment variables look alike, and belong to the configuration alone. */
function codesIn(path: string, text: string): string[] {
  const isConfiguration = /^services\/host\/config[^/]*\.ts$/.test(path);
  return (
    text.match(isConfiguration ? /(?<=CupolaError\(\s*')CUPOLA_[A-Z_]+/g : /(?<=['"])CUPOLA_[A-Z_]+(?=['"])/g) ?? []
  );
}

test('docs/errors.md says what the code says (otherwise: npm run docs)', () => {
  assert.equal(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8'), errorsPage());
});

test('every code that is spoken of exists', () => {
  const unknown = sources.flatMap(([path, text]) =>
    codesIn(path, text)
      .filter((code) => !(code in errorTable))
      .map((code) => `${path}: ${code}`),
  );
  assert.deepEqual(unknown, []);
});

test('every code can occur', () => {
  const used = new Set(sources.flatMap(([path, text]) => codesIn(path, text)));
  const idle = Object.keys(errorTable).filter((code) => !used.has(code));
  assert.deepEqual(idle, [], 'no source raises these; remove them from pipelines/errors.ts');
});

test('an error carries its code, its cause and what to do', () => {
  const cause = new Error('why');
  const error = new CupolaError('CUPOLA_TOPIC_UNKNOWN', 'topic is "x"', { field: 'topic', value: 'x', cause });
  assert.equal(error.message, 'CUPOLA_TOPIC_UNKNOWN: topic is "x"');
  assert.equal(error.remedy, errorTable.CUPOLA_TOPIC_UNKNOWN.remedy);
  assert.equal(error.cause, cause);
});
