import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { checkArchitecture, describeViolation } from './architecture/check.ts';
import { goodExamples, badExamples } from './architecture/examples.ts';
import { projectFolder, projectOf, readProject } from './architecture/project.ts';

test('the sources keep the dependency rules of the design', () => {
  const violations = checkArchitecture(readProject()).map(describeViolation);
  assert.equal(violations.length, 0, `\n${violations.join('\n')}\n`);
});

describe('every rule can fail, and names file, line and rule', () => {
  for (const { name, rule, at, sources } of badExamples) {
    test(`${rule}: ${name}`, () => {
      const violations = checkArchitecture(projectOf(sources));
      const found = violations.map(({ path, line, rule: broken }) => `${path}:${line} ${broken}`);
      assert.deepEqual(found, [`${at} ${rule}`]);
    });
  }
});

describe('no rule is stricter than the design', () => {
  for (const { name, sources } of goodExamples) {
    test(name, () => assert.deepEqual(checkArchitecture(projectOf(sources)).map(describeViolation), []));
  }
});

test('every test is run by npm test or npm run test:services', () => {
  const { scripts } = readManifest();
  const patterns = `${scripts['test']} ${scripts['test:services']}`.match(/(?<=')[^']+(?=')/g)!;
  const run = new Set(globSync(patterns, { cwd: projectFolder }));
  const idle = globSync('test/**/*.test.ts', { cwd: projectFolder }).filter((file) => !run.has(file));
  assert.deepEqual(idle, []);
});

test('what the package offers exists, and is part of what it ships', () => {
  const { exports, bin, files } = readManifest();
  for (const path of [...Object.values(exports), ...Object.values(bin)]) {
    assert.ok(existsSync(join(projectFolder, path)), `package.json offers ${path}, which does not exist`);
    const shipped = path === './package.json' || files.some((entry) => path.startsWith(`./${entry}`));
    assert.ok(shipped, `package.json offers ${path}, which "files" leaves out`);
  }
});

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Manifest;
}
