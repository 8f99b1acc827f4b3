/** Small projects, each with one fault or none: the proof that every rule can fail, and that none fails too easily. */

export interface GoodExample {
  readonly name: string;
  readonly sources: Readonly<Record<string, string>>;
}

export interface BadExample extends GoodExample {
  readonly rule: string;
  /** `path:line` of the one violation. */
  readonly at: string;
}

/** A project of one source. */
function only(path: string, text: string): Readonly<Record<string, string>> {
  return { [path]: text };
}

/** One impure line in a stage, after a line that is fine. */
function impure(name: string, line: string): BadExample {
  const path = 'pipelines/scoring/x.ts';
  return {
    rule: 'pipelines-are-pure',
    name,
    at: `${path}:2`,
    sources: only(path, `export const fine = 1;\n${line}\n`),
  };
}

/** One import that its folder may not have. */
function importing(rule: string, path: string, line: string, name = `${path} with ${line}`): BadExample {
  return { rule, name, at: `${path}:1`, sources: only(path, `${line}\n`) };
}

const order: readonly BadExample[] = [
  importing(
    'stage-order',
    'pipelines/windowing/x.ts',
    "import { a } from '../alarms/a.ts';",
    'a stage that imports a later one',
  ),
  importing(
    'stage-order',
    'pipelines/features/x.ts',
    "import type { A } from '../scoring/a.ts';",
    'types of a later stage',
  ),
  importing('stage-order', 'pipelines/features/x.ts', "export * from '../scoring/a.ts';", 'a later stage passed on'),
  importing(
    'stage-order',
    'pipelines/scoring/x.ts',
    "import { a } from '../training/a.ts';",
    'a stage that imports a composer',
  ),
  importing(
    'stage-order',
    'pipelines/training/x.ts',
    "import { a } from '../detector.ts';",
    'training that imports the detector',
  ),
  importing(
    'stage-order',
    'pipelines/elsewhere/x.ts',
    "import { a } from '../errors.ts';",
    'a folder that is no stage',
  ),
  {
    rule: 'stage-order',
    name: 'a later stage behind a shared module',
    at: 'pipelines/telemetry/x.ts:2',
    sources: {
      'pipelines/telemetry/x.ts': "// why\nimport { a } from '../commands.ts';",
      'pipelines/commands.ts': "import { b } from './thresholds/b.ts';",
      'pipelines/thresholds/b.ts': 'export const b = 1;',
    },
  },
];

const impurities: readonly BadExample[] = [
  impure('the wall clock', 'const now = Date.now();'),
  impure('a new Date of now', 'const now = new Date();'),
  impure('a new Date without brackets', 'const now = new Date;'),
  impure('Date called', 'const now = Date();'),
  impure('Temporal', 'const now = Temporal.Now.instant();'),
  impure('performance', 'const t = performance.now();'),
  impure('a timer', 'setTimeout(f, 5);'),
  impure('chance', 'const p = Math.random();'),
  impure('chance inside a template', 'const id = `run-${Math.random()}`;'),
  impure('chance from crypto', 'const id = crypto.getRandom();'),
  impure('chance imported', "import { createHash, randomBytes as bytes } from 'node:crypto';"),
  impure('all of crypto', "import * as nodeCrypto from 'node:crypto';"),
  impure('the environment', 'const pid = process.pid;'),
  impure('the console', "console.log('x');"),
  impure('the network', "const page = fetch('x');"),
  impure('its own place on disk', 'const here = import.meta.url;'),
  impure('the locale in an order', 'names.sort((a, b) => a.localeCompare(b));'),
  impure('the time zone', 'const hour = date.getHours();'),
  impure('the locale in a number', 'const text = Intl.NumberFormat;'),
];

const imports: readonly BadExample[] = [
  importing('pipelines-imports', 'pipelines/telemetry/x.ts', "import { readFileSync } from 'node:fs';"),
  importing('pipelines-imports', 'pipelines/telemetry/x.ts', "import 'pino';"),
  importing('pipelines-imports', 'pipelines/scoring/x.ts', "import { run } from '../../services/host/a.ts';"),
  importing('pipelines-imports', 'pipelines/scoring/x.ts', 'const library = await import(name);'),
  importing('pipelines-imports', 'pipelines/autoencoders/x.ts', "import * as tf from '@tensorflow/tfjs';"),
  importing('pipelines-imports', 'pipelines/autoencoders/x.ts', "import '@tensorflow/tfjs-backend-wasm';"),
  importing('pipelines-imports', 'pipelines/windowing/x.ts', "import * as tf from '@tensorflow/tfjs-core';"),
  importing('service-imports', 'services/scorer/x.ts', "import { a } from '../annunciator/a.ts';"),
  importing('service-imports', 'services/scorer/x.ts', "import type { A } from '../annunciator/a.ts';"),
  importing('service-imports', 'services/scorer/x.ts', "const a = await import('../adapters/onnx/a.ts');"),
  importing('service-imports', 'services/ingest/x.ts', "import { a } from '../sources/source.ts';"),
  importing('service-imports', 'services/trainer/x.ts', "import { setTimeout } from 'node:timers/promises';"),
  importing('service-imports', 'services/console/x.ts', "import { DatabaseSync } from 'node:sqlite';"),
  importing('service-imports', 'services/console/x.ts', "import { a } from '../host/a.ts';"),
  importing('stage-service-imports', 'services/stage/x.ts', "import { a } from '../scorer/a.ts';"),
  importing('source-imports', 'services/sources/replay/x.ts', "import { a } from '../../ingest/a.ts';"),
  importing('adapter-imports', 'services/adapters/embedded/x.ts', "import { Kafka } from 'kafkajs';"),
  importing('adapter-imports', 'services/adapters/files/x.ts', "import { DatabaseSync } from 'node:sqlite';"),
  importing('adapter-imports', 'services/adapters/onnx/x.ts', "import { a } from '../tfjs/a.ts';"),
  importing('adapter-imports', 'services/adapters/clock.ts', "import { a } from './tfjs/a.ts';"),
  importing('host-imports', 'services/host/x.ts', "import { Kafka } from 'kafkajs';"),
  importing('host-imports', 'services/host/x.ts', "import { parse } from 'yaml';"),
  importing('host-imports', 'services/host/x.ts', "import { a } from '../cli/a.ts';"),
  importing('cli-imports', 'services/cli/x.ts', "import { a } from '../scorer/a.ts';"),
  importing('cli-imports', 'services/cli/x.ts', "import { Api } from '../console/api.ts';"),
  importing('page-imports', 'dashboards/console/x.tsx', "import { api } from '../../services/console/api.ts';"),
  importing('page-build-imports', 'dashboards/console/build.ts', "import { a } from '../../services/host/a.ts';"),
  importing('page-imports', 'dashboards/console/x.tsx', "import { join } from 'node:path';"),
  importing('dashboard-imports', 'dashboards/grafana/x.ts', "import { a } from '../../services/host/a.ts';"),
  importing('host-imports', 'services/host/x.ts', "import { createDataFrame } from '@grafana/data';"),
  importing('page-imports', 'dashboards/console/x.tsx', "import { a } from '@grafana/grafana-foundation-sdk/units';"),
  importing('layout', 'services/plumbing/x.ts', 'export const x = 1;', 'a folder that the design does not know'),
];

const environment: readonly BadExample[] = [
  importing('one-reader-of-the-environment', 'services/host/x.ts', 'const home = process.env.HOME;'),
  importing('one-reader-of-the-environment', 'services/cli/x.ts', "const home = process['env'];"),
  importing('one-reader-of-the-environment', 'services/adapters/onnx/x.ts', 'const { env } = process;'),
  importing('one-reader-of-the-environment', 'services/sources/x.ts', "import { env } from 'node:process';"),
];

const cyclic: BadExample = {
  rule: 'no-import-cycle',
  name: 'two sources that need each other',
  at: 'services/scorer/c.ts:1',
  sources: {
    'services/scorer/a.ts': "import { b } from './b.ts';",
    'services/scorer/b.ts': "import type { C } from './c.ts';\nimport { c } from './c.ts';",
    'services/scorer/c.ts': "import { b } from './b.ts';",
  },
};

export const badExamples: readonly BadExample[] = [
  ...order,
  ...impurities,
  ...imports,
  ...environment,
  cyclic,
  importing('names-of-concepts', 'services/scorer/utils.ts', 'export const x = 1;'),
  importing('names-of-concepts', 'test/helpers/x.ts', 'export const x = 1;'),
  importing('names-of-concepts', 'services/trainer/model-manager.ts', 'export const x = 1;'),
];

export const goodExamples: readonly GoodExample[] = [
  {
    name: 'comments, texts and names that only sound impure',
    sources: only(
      'pipelines/scoring/x.ts',
      [
        "/* Never call Date.now(); import { a } from 'pino' */",
        "const text = `Math.random() ${label['process.env']} setTimeout()`; // new Date()",
        'const pattern = /process.env|Date.now()/;',
        'const at = new Date(eventTimeMs).toISOString();',
        'const next = clock.performance.now() + this.process.index + options.fetch(1);',
        "names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));",
        'const share = total / count; const rest = a / b;',
      ].join('\n'),
    ),
  },
  {
    name: 'each folder with what it may import',
    sources: {
      'pipelines/alarms/x.ts':
        "import { a } from '../telemetry/a.ts';\nimport { z } from 'zod';\nimport type { Log } from '../ports.ts';",
      'pipelines/autoencoders/x.ts':
        "import * as tf from '@tensorflow/tfjs-core';\nimport type { Tensor } from '@tensorflow/tfjs';",
      'pipelines/autoencoders/bundle.ts':
        "import { createHash } from 'node:crypto';\nimport type { T } from '../thresholds/threshold-setting.ts';",
      'pipelines/evaluation/x.ts': "import { detect } from '../detector.ts';\nimport { a } from '../training/a.ts';",
      'services/ingest/x.ts':
        "import type { Source } from '../sources/source.ts';\nimport { startStage } from '../stage/stage.ts';\nimport { b } from './deeper/b.ts';",
      'services/host/start.ts':
        "import { a } from '../adapters/onnx/a.ts';\nimport { b } from '../scorer/b.ts';\nimport { c } from './config.ts';",
      'services/host/config.ts': "import { parse } from 'yaml';\nconst home = process.env.HOME;",
      'services/cli/main.ts':
        "import type { Api } from '../console/api.ts';\nimport { start } from '../host/start.ts';\nprocess.exitCode = 1;",
      'services/adapters/tfjs/x.ts': "const tf = await import(backend);\nimport '@tensorflow/tfjs-backend-wasm';",
      'dashboards/console/page.tsx':
        "import './page.css';\nimport type { Api } from '../../services/console/api.ts';\nconst p = <p>don't import('x')</p>;",
      'test/unit/x.test.ts': "import { a } from '../../services/adapters/onnx/a.ts';\nconst now = Date.now();",
    },
  },
  {
    name: 'types that point both ways',
    sources: {
      'services/scorer/a.ts': "import { b } from './b.ts';",
      'services/scorer/b.ts': "import type { A } from './a.ts';",
    },
  },
  {
    name: 'a shared module that leans on stages up the stream',
    sources: {
      'pipelines/alarms/x.ts': "import { a } from '../commands.ts';",
      'pipelines/commands.ts': "import { b } from './thresholds/b.ts';",
      'pipelines/thresholds/b.ts': 'export const b = 1;',
    },
  },
];
