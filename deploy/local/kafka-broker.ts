import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeCluster } from './describe-cluster.ts';
import { freePorts } from './free-ports.ts';
import { defaultKafkaVersion, kafkaJars, type KafkaVersion } from './kafka-jars.ts';
import { requireProgram } from './required-program.ts';
import { ServerProcess } from './server-process.ts';

type Properties = Readonly<Record<string, string | number>>;

export interface BrokerPorts {
  readonly port: number;
  readonly controllerPort: number;
}

export interface KafkaOptions {
  /** Holds configurations, data and logs; made where it is missing. */
  readonly folder: string;
  readonly brokers?: 1 | 3;
  /** defaultKafkaVersion() where none is named. */
  readonly version?: KafkaVersion;
  /** Beside, or in place of, those that every broker here has. */
  readonly properties?: Properties | ((ports: BrokerPorts) => Properties);
  /** Beside those that storage is formatted with, such as --add-scram and its value. */
  readonly formatArguments?: readonly string[];
  readonly detached?: boolean;
  /** Hears of what takes long. */
  readonly say?: (line: string) => void;
}

/** Brokers that know each other, each in a process of its own. */
export interface KafkaCluster {
  /** host:port of every broker, with commas between. */
  readonly address: string;
  readonly brokers: readonly ServerProcess[];
  /** Ends all at once, as a crash would: what takes seconds to end in order is thrown away here. */
  kill(): Promise<void>;
}

interface Node extends BrokerPorts {
  readonly id: number;
  readonly folder: string;
}

/** A cluster's own name, which storage is formatted with. */
const clusterId = 'MkU3OEVBNTcwNTJENDM2Qg';

/**
 * Starts a real Kafka of one broker or three, each its own controller too, on free ports, and waits until all are at work.
 *
 * Errors: CUPOLA_LOCAL_SERVER_MISSING, CUPOLA_LOCAL_SERVER_FAILED.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaCluster> {
  const { folder, brokers: count = 1, version = defaultKafkaVersion(), say = () => undefined } = options;
  const java = requireProgram('java');
  const jars = join(await kafkaJars(version, say), '*');
  const nodes = await planNodes(folder, count);
  const brokers = nodes.map((node) => broker(java, jars, node, count, options.detached ?? false));
  await Promise.all(nodes.map((node) => formatStorage(java, jars, node, propertiesOf(node, nodes, options), options)));
  for (const each of brokers) each.spawn();
  const address = brokers.map((each) => each.address).join(',');
  const cluster: KafkaCluster = { address, brokers, kill: async () => void (await Promise.all(brokers.map(killOne))) };
  try {
    await Promise.all(brokers.map((each) => each.ready()));
  } catch (error) {
    await cluster.kill();
    throw error;
  }
  return cluster;
}

function killOne(broker: ServerProcess): Promise<void> {
  return broker.kill();
}

async function planNodes(folder: string, count: number): Promise<Node[]> {
  const ports = await freePorts(2 * count);
  return Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    port: ports[2 * i]!,
    controllerPort: ports[2 * i + 1]!,
    folder: join(folder, `broker-${i + 1}`),
  }));
}

function propertiesOf(node: Node, nodes: readonly Node[], { properties: more }: KafkaOptions): string {
  const replicas = nodes.length;
  const all = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(node.folder, 'data'),
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.min(2, replicas),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.min(2, replicas),
    'transaction.state.log.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    ...(typeof more === 'function' ? more(node) : more),
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function propertiesFile({ folder }: Node): string {
  return join(folder, 'server.properties');
}

async function formatStorage(
  java: string,
  jars: string,
  node: Node,
  text: string,
  { formatArguments = [] }: KafkaOptions,
): Promise<void> {
  mkdirSync(node.folder, { recursive: true });
  writeFileSync(propertiesFile(node), text);
  const tool = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', jars, 'kafka.tools.StorageTool'];
  const given = ['-t', clusterId, '-c', propertiesFile(node), ...formatArguments];
  await promisify(execFile)(java, [...tool, 'format', ...given]);
}

function broker(java: string, jars: string, node: Node, count: number, detached: boolean): ServerProcess {
  const machine = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  return new ServerProcess({
    name: `Kafka broker ${node.id}`,
    program: java,
    args: [...machine, `-Dkafka.logs.dir=${node.folder}`, '-cp', jars, 'kafka.Kafka', propertiesFile(node)],
    logFile: join(node.folder, 'broker.log'),
    address: `127.0.0.1:${node.port}`,
    isReady: async () => (await describeCluster(node.port)).length === count,
    detached,
  });
}
