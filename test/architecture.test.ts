import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
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

test('what the package offers exists, and is part of what it ships', () => {
  const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
    bin: Record<string, string>;
    files: string[];
  };
  const offered = [...Object.values(manifest.exports), ...Object.values(manifest.bin)];
  for (const path of offered) {
    assert.ok(existsSync(join(projectFolder, path)), `package.json offers ${path}, which does not exist`);
    const shipped = path === './package.json' || manifest.files.some((entry) => path.startsWith(`./${entry}`));
    assert.ok(shipped, `package.json offers ${path}, which "files" leaves out`);
  }
});
