import { importedPath, type Project, type Violation } from './project.ts';
import type { ImportStatement } from './source-scan.ts';

/** What sources of a folder may import. Patterns are of paths from the project's root, or of packages. */
interface Folder {
  readonly rule: string;
  readonly path: RegExp;
  /** Beside the folder itself. */
  readonly imports: readonly RegExp[];
  /** With `import type` only. */
  readonly types: readonly RegExp[];
  readonly computedImports?: boolean;
  readonly remedy: string;
}

const pipelines = /^pipelines\//;
const anyOfNode = /^node:(?!sqlite$)/;
const schemas = /^zod$/;
const maths = [/^@tensorflow\/tfjs-(core|layers)$/, /^protobufjs($|\/)/];
const mathsTypes = [/^@tensorflow\/tfjs$/];
/** Calls to a worker thread and back: what adapters off the main thread share. */
const workerThreads = /^services\/adapters\/worker\//;
/** Where records go and who owns a partition: the same in every adapter of the log. */
const anyLog = /^services\/adapters\/log\//;
/** What a history answers, wherever it is kept. */
const anyHistory = /^services\/adapters\/history\//;
const ownVersion = /^package\.json$/;
const pageBuild = /^dashboards\/console\/build\.ts$/;

/** An adapter's folder, with the libraries that only it may touch. */
function adapter(name: string, ...libraries: RegExp[]): Folder {
  return {
    rule: 'adapter-imports',
    path: new RegExp(`^services/adapters/${name}(/|$)`),
    imports: [pipelines, anyOfNode, schemas, workerThreads, ...libraries],
    types: [],
    computedImports: true,
    remedy:
      'An adapter implements ports of pipelines/ports.ts with its own library, and knows no service and no other adapter.',
  };
}

/** The first that holds a source decides. */
const folders: readonly Folder[] = [
  {
    rule: 'pipelines-imports',
    path: /^pipelines\/(autoencoders|training)\//,
    imports: [pipelines, schemas, /^node:crypto$/, ...maths],
    types: mathsTypes,
    remedy:
      'TensorFlow.js is a language of maths here: import @tensorflow/tfjs-core (or -layers), and of @tensorflow/tfjs, which brings backends, types only. The outside is a port in pipelines/ports.ts.',
  },
  {
    rule: 'pipelines-imports',
    path: pipelines,
    imports: [pipelines, schemas, /^node:crypto$/],
    types: [],
    remedy: 'Pipelines are pure: say what is needed as a port in pipelines/ports.ts, and let an adapter do it.',
  },
  adapter('log'),
  adapter('history'),
  adapter('embedded', /^node:sqlite$/, anyLog, anyHistory),
  adapter('files'),
  adapter('onnx', /^onnxruntime-/),
  adapter('tfjs', /^@tensorflow\//, /^webgpu$/),
  adapter('kafka', /^kafkajs$/, anyLog),
  adapter('influx', /^influx$/, anyHistory),
  adapter('otel', /^@opentelemetry\//),
  adapter('parquet', /^hyparquet-writer$/),
  adapter('worker'),
  adapter('[^/]+\\.ts'),
  {
    rule: 'source-imports',
    path: /^services\/sources\//,
    imports: [pipelines, anyOfNode, schemas, /^mqtt$/, /^lightstreamer-client-web$/],
    types: [],
    remedy: 'A source hands over what it reads as SourceChunks; who uses them is none of its business.',
  },
  {
    rule: 'stage-service-imports',
    path: /^services\/(stage\/|service\.ts$)/,
    imports: [pipelines, /^services\/service\.ts$/, schemas, /^node:v8$/],
    types: [],
    remedy: 'What all stage services share knows pipelines/ and nothing of any one of them.',
  },
  {
    rule: 'service-imports',
    path: /^services\/console\//,
    imports: [
      pipelines,
      /^services\/(stage\/|service\.ts$)/,
      anyOfNode,
      schemas,
      ownVersion,
      /^(@fastify\/|fastify$|pino$)/,
    ],
    types: [],
    remedy: "Services meet on topics: read the other one's topic, or take an adapter through its port.",
  },
  {
    rule: 'service-imports',
    path: /^services\/(ingest|scorer|annunciator|trainer|recorder)\//,
    imports: [pipelines, /^services\/(stage\/|service\.ts$)/, schemas],
    types: [/^services\/sources\/source\.ts$/],
    remedy: "Services meet on topics: read the other one's topic, or take an adapter or source through its port.",
  },
  {
    rule: 'host-imports',
    path: /^services\/host\/config[^/]*\.ts$/,
    imports: [pipelines, /^services\/(?!cli\/)/, anyOfNode, schemas, /^yaml$/],
    types: [],
    remedy: 'The configuration is parsed here and nowhere else.',
  },
  {
    rule: 'host-imports',
    path: /^services\/host\//,
    imports: [pipelines, /^services\/(?!cli\/)/, anyOfNode, schemas, ownVersion, pageBuild, /^pino(-pretty)?$/],
    types: [],
    computedImports: true,
    remedy:
      'The host builds adapters and starts services; libraries belong to the adapters, configuration files to config.ts.',
  },
  {
    rule: 'cli-imports',
    path: /^services\/cli\//,
    imports: [pipelines, /^services\/host\//, anyOfNode, schemas, ownVersion, /^commander$/],
    types: [/^services\/console\/api\.ts$/],
    remedy: 'The command line starts the host, or speaks to a running one through the API of services/console/api.ts.',
  },
  {
    rule: 'page-build-imports',
    path: pageBuild,
    imports: [anyOfNode, /^esbuild$/],
    types: [],
    remedy: 'The build bundles the page and knows nothing else; the host calls it in a checkout.',
  },
  {
    rule: 'page-imports',
    path: /^dashboards\/console\//,
    imports: [/^preact($|\/)/, /^@preact\/signals$/, /^uplot($|\/)/, /^@fontsource/],
    types: [pipelines, /^services\/console\//],
    remedy: 'The page runs in a browser and knows the console by its API: import its types with `import type`.',
  },
  {
    rule: 'dashboard-imports',
    path: /^dashboards\/grafana\//,
    imports: [/^@grafana\//, anyOfNode, schemas, pipelines],
    types: [],
    remedy: 'Dashboards as code know the topics and nothing of what runs.',
  },
];

/** Free to import anything: they are not part of the product that runs. */
const outsideTheProduct = /^(test|deploy|docs)\//;

/** Each folder imports what the design lets it. */
export function folderImports(project: Project): Violation[] {
  return [...project].flatMap(([path, { imports }]) => {
    if (outsideTheProduct.test(path)) return [];
    const folder = folders.find((candidate) => candidate.path.test(path));
    if (!folder) return [homeless(path)];
    return imports
      .filter((statement) => !isAllowed(folder, path, statement))
      .map((statement) => ({
        path,
        line: statement.line,
        rule: folder.rule,
        found: found(path, statement),
        remedy: folder.remedy,
      }));
  });
}

function homeless(path: string): Violation {
  const remedy = 'Put it into the folder of the design that it belongs to, or give the new folder its rule here.';
  return { path, line: 1, rule: 'layout', found: 'lies in no folder of the layout', remedy };
}

function isAllowed(folder: Folder, path: string, statement: ImportStatement): boolean {
  if (statement.specifier === null) return folder.computedImports === true;
  const target = importedPath(path, statement) ?? statement.specifier;
  if (target.startsWith(ownFolder(folder, path))) return true;
  const allowed = statement.typeOnly ? [...folder.imports, ...folder.types] : folder.imports;
  return allowed.some((pattern) => pattern.test(target));
}

/** `services/scorer/` of services/scorer/scorer.ts; where the pattern is of single files, the file itself. */
function ownFolder({ path: pattern }: Folder, path: string): string {
  return pattern.exec(path)![0];
}

function found(path: string, statement: ImportStatement): string {
  const target = importedPath(path, statement) ?? statement.specifier;
  if (target === null) return 'imports by a computed name, which no rule can check';
  const how = statement.typeOnly ? 'imports the types of' : 'imports';
  return `${how} ${target}`;
}
