import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { architectureSettings, parseArchitecture } from '../../../pipelines/autoencoders/architecture-settings.ts';
import { boundsText, describeArchitectures } from '../../../pipelines/autoencoders/describe-architectures.ts';

const module = new URL('../../../pipelines/autoencoders/describe-architectures.ts', import.meta.url).href;

describe('the description of architectures', () => {
  it('has every architecture, and of every setting the default, the bounds and what it means', () => {
    const overviews = describeArchitectures();
    assert.deepEqual(
      overviews.map(({ name }) => name),
      Object.keys(architectureSettings),
    );
    for (const { name, title, description, settings } of overviews) {
      assert.ok(title !== name && description.length > 20, name);
      const defaults = Object.entries(settings).map(([setting, about]) => [setting, about.default]);
      // An ensemble's members are given without what they are by default.
      assert.deepEqual(parseArchitecture(name, Object.fromEntries(defaults)), parseArchitecture(name));
      for (const [setting, about] of Object.entries(settings)) {
        assert.notEqual(about.default, undefined, `${name} ${setting}`);
        assert.ok(about.description.length > 5, `${name} ${setting}`);
        assert.doesNotMatch(boundsText(about), /undefined|^$/, `${name} ${setting}`);
      }
    }
  });

  it('says bounds as people do', () => {
    const { overcomplete, 'sparse-kl': sparseKl } = Object.fromEntries(
      describeArchitectures().map(({ name, settings }) => [name, settings]),
    );
    assert.equal(boundsText(overcomplete!['codeRatio']!), 'above 1, up to 8');
    assert.equal(boundsText(overcomplete!['hidden']!), '0 to 6 of 1 to 8192, whole');
    assert.equal(boundsText(sparseKl!['codeActivation']!), 'sigmoid');
    assert.equal(boundsText(sparseKl!['loss']!), 'mse, mae, huber, bce');
  });

  it('loads no maths library', () => {
    const script = `const { registerHooks } = await import('node:module');
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      (await import(${JSON.stringify(module)})).describeArchitectures();
      console.log(loaded.filter((url) => /tensorflow|onnxruntime/.test(url)).length, loaded.length > 5);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(output.trim(), '0 true');
  });
});
