import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { kafkaVersions } from '../../../deploy/local/kafka-jars.ts';
import { loadConfig } from '../../../services/host/config.ts';
import { serviceNames } from '../../../services/host/config-schema.ts';
import { projectFolder } from '../../architecture/project.ts';

interface Container {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
}

const document = parseDocument(readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8'), { merge: true });
const { services, volumes } = document.toJS() as {
  services: Readonly<Record<string, Container>>;
  volumes: Readonly<Record<string, unknown>>;
};
const configFile = join(projectFolder, 'deploy/compose/cupola.yaml');
const configured = (services?: string) =>
  loadConfig({
    file: configFile,
    environment: {},
    overrides: services ? [{ option: '--services', path: ['services'], value: services.split(',') }] : [],
  }).config;

test('docker-compose.yml is YAML without errors, and what it refers to is in it or in the project', () => {
  assert.deepEqual([...document.errors, ...document.warnings], []);
  for (const [name, { build, depends_on: needs = {}, volumes: mounts = [] }] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(needs)) {
      assert.ok(other in services, `${name} depends on ${other}`);
      if (condition === 'service_healthy') assert.ok(services[other]!.healthcheck, `${other} has no healthcheck`);
    }
    for (const source of mounts.map((mount) => mount.split(':')[0] ?? ''))
      assert.ok(
        source.startsWith('./') ? existsSync(join(projectFolder, source)) : source in volumes,
        `${name} mounts ${source}`,
      );
    if (build) assert.ok(existsSync(join(projectFolder, build.context, build.dockerfile)));
  }
});

test('each service of the product has a container that runs it alone, under a configuration that is right', () => {
  const run = Object.values(services).flatMap(({ command = [] }) =>
    command[0] === 'start' && command[1] === '--services' ? [command[2]!] : [],
  );
  assert.deepEqual(run.toSorted(), [...serviceNames].toSorted());
  for (const service of run) assert.deepEqual(configured(service).services, [service]);
  const shared = ['./deploy/compose/cupola.yaml:/etc/cupola/cupola.yaml:ro', `models:${configured().modelsDir}`];
  for (const { image, volumes: mounts = [] } of Object.values(services))
    if (image === 'cupola') for (const mount of shared) assert.ok(mounts.includes(mount), mount);
});

test('the configuration means the containers that are there, at the ports where they listen', () => {
  const { log, history, console } = configured();
  const { kafka, influxdb, console: page } = services;
  assert.deepEqual([log.kind, log.brokers], ['kafka', ['kafka:9092']]);
  assert.match(kafka!.environment!['KAFKA_ADVERTISED_LISTENERS']!, /PLAINTEXT:\/\/kafka:9092\b/);
  assert.equal(kafka!.image, `apache/kafka:${kafkaVersions[0]}`);
  assert.deepEqual([history.kind, history.url], ['influxdb', 'http://influxdb:8086']);
  assert.match(influxdb!.image, /^influxdb:1\.8/);
  assert.deepEqual(page!.ports, [`127.0.0.1:${console.port}:${console.port}`]);
});

test('nothing is published beyond this machine: there is no login', () => {
  for (const [name, { ports = [] }] of Object.entries(services))
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, name);
});

test('the image copies what is there, and what the build is given', () => {
  const folder = join(projectFolder, 'deploy/images');
  const copied = [...readFileSync(join(folder, 'Dockerfile'), 'utf8').matchAll(/^COPY (.+) \S+$/gm)].flatMap(
    ([, sources]) => sources!.split(' '),
  );
  const given = readFileSync(join(folder, 'Dockerfile.dockerignore'), 'utf8').split('\n');
  assert.ok(copied.length > 0);
  for (const source of copied) {
    assert.ok(existsSync(join(projectFolder, source)), source);
    assert.ok(given.includes(`!${source}`), `${source} is ignored`);
  }
});
