import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lstmSettingsSchema } from '../../../pipelines/autoencoders/recurrent-settings.ts';
import { meanSigma } from '../../../pipelines/thresholds/mean-sigma.ts';
import { loadConfig, type ConfigRequest } from '../../../services/host/config.ts';
import { ConfigInvalid, type LocatedProblem } from '../../../services/host/config-problems.ts';
import { effectiveValues } from '../../../services/host/effective-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-config-'));
after(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'cupola.yaml');

function load(yaml: string, request: Omit<ConfigRequest, 'file'> = {}) {
  writeFileSync(file, yaml);
  return loadConfig({ environment: {}, ...request, file });
}

function problemsOf(yaml: string, request: Omit<ConfigRequest, 'file'> = {}): readonly LocatedProblem[] {
  try {
    load(yaml, request);
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid, String(error));
    assert.equal(error.code, 'CUPOLA_CONFIG_INVALID');
    return error.problems;
  }
  return assert.fail('the configuration was accepted');
}

function onlyProblemOf(yaml: string, request: Omit<ConfigRequest, 'file'> = {}): LocatedProblem {
  const problems = problemsOf(yaml, request);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  return problems[0]!;
}

test('without a file the simulated station runs at sixty times real time', () => {
  const { config } = load('');
  assert.equal(config.sources.length, 1);
  assert.partialDeepStrictEqual(config.sources[0], { type: 'simulate', speed: 60 });
  assert.equal(config.console.port, 8470);
  assert.equal(config.dataDir, '.cupola');
});

test('an unknown field is refused with its place and the field that was probably meant', () => {
  const found = onlyProblemOf('console:\n  prot: 8471\n');
  assert.equal(found.field, 'console.prot');
  assert.equal(found.origin, `${file}:2:3`);
  assert.match(found.message, /did you mean console\.port\?/);
});

test('a value out of bounds is refused by path, value and bound', () => {
  const found = onlyProblemOf('console: { port: 70000 }');
  assert.deepEqual([found.field, found.value, found.bound], ['console.port', 70_000, 'a whole number from 0 to 65535']);
  assert.equal(found.origin, `${file}:1:12`);
});

const refusals: readonly (readonly [yaml: string, field: string, value: unknown, bound: RegExp])[] = [
  ['dataDir: 3', 'dataDir', 3, /^text$/],
  ['log: { partitions: 1.5 }', 'log.partitions', 1.5, /whole number from 1 to 1024/],
  ['log: { kind: kafka }', 'log.brokers', [], /at least one host:port, while log.kind is kafka/],
  ['log: { kind: kafka, brokers: [kafka] }', 'log.brokers[0]', 'kafka', /^host:port$/],
  ['log: { kind: kafka, brokers: ["k:1"], prefix: a b }', 'log.prefix', 'a b', /letters, digits/],
  ['log: { brokers: ["k:1"] }', 'log.brokers', ['k:1'], /left out, while log.kind is embedded/],
  [
    'log: { kind: kafka, brokers: ["k:1"], tls: { caFile: ca.pem } }',
    'log.tls.caFile',
    'ca.pem',
    /left out, while log.tls.enabled is false/,
  ],
  [
    'log: { kind: kafka, brokers: ["k:1"], tls: { enabled: true, certFile: c.pem } }',
    'log.tls.keyFile',
    undefined,
    /given with the other/,
  ],
  [
    'log: { kind: kafka, brokers: ["k:1"], sasl: { mechanism: plain, username: u } }',
    'log.sasl.passwordFile',
    undefined,
    /given, while log.sasl.mechanism is plain/,
  ],
  ['console:', 'console', null, /section with the fields host, port/],
  ['sources: simulate', 'sources', 'simulate', /a list of at most 100, each a section with a type/],
  ['sources: [{ type: simulat }]', 'sources[0].type', 'simulat', /one of simulate, replay/],
  ['sources: [3]', 'sources[0]', 3, /a section with a type/],
  ['sources: [{ type: simulate, speed: 0 }]', 'sources[0].speed', 0, /greater than 0/],
  ['sources: [{ type: replay, dataset: smd }]', 'sources[0].dataDir', undefined, /^text$/],
  ['streams: { power: { windowLengthMs: 1000 } }', 'streams.power.version', undefined, /whole number from 2/],
  ['streams: { power: { version: 2, maxMissingShare: 1 } }', 'streams.power.maxMissingShare', 1, /to less than 1$/],
  ['training: { enabled: maybe }', 'training.enabled', 'maybe', /true or false/],
  ['logging: { level: loud }', 'logging.level', 'loud', /one of trace, debug/],
  ['services: [scorer, scribe]', 'services[1]', 'scribe', /one of console, recorder/],
  [
    'thresholds: { default: { policy: p99 } }',
    'thresholds.default.policy',
    'p99',
    /one of mean-sigma, median-mad, quantile, fixed/,
  ],
  [
    'thresholds: { default: { policy: quantile, parameters: { q: 2 } } }',
    'thresholds.default.parameters.q',
    2,
    /from 0 to 1$/,
  ],
  [
    'thresholds: { default: { policy: mean-sigma, parameters: { q: 1 } } }',
    'thresholds.default.parameters.q',
    1,
    /parameters of mean-sigma are k/,
  ],
  ['training: { architecture: { settings: { code: 0 } } }', 'training.architecture.settings.code', 0, />=1/],
  [
    'training: { architecture: { name: lstm, settings: { hidden: [3] } } }',
    'training.architecture.settings.hidden',
    [3],
    /settings of lstm are units, code/,
  ],
  ['sources: []', 'sources', [], /at least one, while services name ingest/],
  [
    'training: { scoring: reconstruction-probability }',
    'training.scoring',
    'reconstruction-probability',
    /not of dense/,
  ],
  ['services: [trainer]\ntraining: { enabled: false }', 'training.enabled', false, /while services name trainer/],
  [
    'sources: [{ type: simulate }, { type: simulate, seed: 2 }]',
    'sources[1]',
    'simulator',
    /another source than sources\[0\]/,
  ],
];

for (const [yaml, field, value, bound] of refusals) {
  test(`${yaml.replace('\n', '; ')} is refused at ${field}`, () => {
    const found = onlyProblemOf(yaml);
    assert.equal(found.field, field);
    assert.deepEqual(found.value, value);
    assert.match(found.bound, bound);
  });
}

test('every problem is reported, contradictions among the right fields included', () => {
  const yaml = 'consol: {}\nlog: { partitions: 0 }\nservices: [ingest]\nsources: []\n';
  const fields = problemsOf(yaml).map(({ field }) => field);
  assert.deepEqual(fields.sort(), ['consol', 'log.partitions', 'sources']);
});

test('what is not YAML is refused at its place', () => {
  const found = onlyProblemOf('console: { port: 1\nlog: {}\n');
  assert.match(found.message, /^not YAML/);
  assert.match(found.origin, /cupola\.yaml:2:\d+$/);
});

test('a field that stands twice is refused', () => {
  assert.match(onlyProblemOf('dataDir: a\ndataDir: b\n').message, /unique/);
});

test('a named file that cannot be read is refused', () => {
  const missing = join(folder, 'none.yaml');
  assert.throws(() => loadConfig({ file: missing, environment: {} }), ConfigInvalid);
  assert.throws(() => loadConfig({ environment: { CUPOLA_CONFIG: missing } }), ConfigInvalid);
});

test('an option goes before the environment, the environment before the file, the file before the default', () => {
  const { config, originOf } = load('dataDir: a\nlogging: { level: debug }\nconsole: { port: 1 }\n', {
    environment: { CUPOLA_LOG_LEVEL: 'warn' },
    overrides: [{ option: '--port', path: ['console', 'port'], value: 2 }],
    simulation: { seed: 7, speed: undefined },
  });
  assert.deepEqual([config.dataDir, config.logging.level, config.console.port], ['a', 'warn', 2]);
  assert.equal(originOf(['dataDir']), `${file}:1:1`);
  assert.equal(originOf(['logging', 'level']), 'CUPOLA_LOG_LEVEL');
  assert.equal(originOf(['console', 'port']), '--port');
  assert.equal(originOf(['console', 'host']), 'default');
  assert.equal(originOf(['sources', 0, 'seed']), '--seed');
  assert.equal(originOf(['sources', 0, 'speed']), 'default');
});

test('what an option or a variable has wrong is refused under its name', () => {
  const override = { option: '--port', path: ['console', 'port'], value: 'http' };
  assert.equal(onlyProblemOf('', { overrides: [override] }).origin, '--port');
  assert.equal(onlyProblemOf('', { environment: { CUPOLA_LOG_LEVEL: 'loud' } }).origin, 'CUPOLA_LOG_LEVEL');
  const replay = 'sources: [{ type: replay, dataset: smd, dataDir: d }]';
  assert.equal(onlyProblemOf(replay, { simulation: { seed: 7 } }).origin, '--seed');
});

test('the effective configuration, written as a file, is the same configuration', () => {
  const { config } = load(
    'training: { architecture: { name: lstm } }\nthresholds: { default: { policy: mean-sigma } }\n',
  );
  assert.deepEqual(config.thresholds.default.parameters, {
    k: meanSigma.parameters[0]!.default,
    smoothing: 0,
    combined: 0,
  });
  assert.equal(config.training.architecture.settings['units'], lstmSettingsSchema.parse({}).units);
  assert.deepEqual(load(JSON.stringify(config)).config, config);
});

test('every value is printed with where it comes from', () => {
  const values = effectiveValues(load('console: { port: 9 }\n'));
  const port = values.find(({ field }) => field === 'console.port');
  assert.deepEqual(port, { field: 'console.port', value: 9, origin: `${file}:1:12` });
  assert.ok(values.some(({ field, origin }) => field === 'sources[0].speed' && origin === 'default'));
});
