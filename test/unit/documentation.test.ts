import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../architecture/project.ts';

const link = /\]\((?!https?:|#)([^)#\s]+)/g;

test('every link of the documentation leads somewhere', () => {
  const pages = globSync(['*.md', '{docs,pipelines,services,test,deploy}/**/*.md'], { cwd: projectFolder });
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(projectFolder, page), 'utf8').matchAll(link)]
      .filter(([, target]) => !existsSync(join(projectFolder, dirname(page), target!)))
      .map(([, target]) => `${page}: ${target}`),
  );
  assert.deepEqual(broken, []);
});
