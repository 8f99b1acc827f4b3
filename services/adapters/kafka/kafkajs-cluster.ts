import { Buffer } from 'node:buffer';
import { connect as connectSocket, type Socket, isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connect as connectTls, createSecureContext, type ConnectionOptions } from 'node:tls';
import kafkajs from 'kafkajs';
import type { Kafka, SASLOptions } from 'kafkajs';
import { cupolaError } from './kafka-errors.ts';

/**
 * The inside of kafkajs 2.2.4 that the adapter stands on: its cluster and brokers, that is connections, authentication,
 * metadata and the encoding of each request. Its consumer and producer are not used; the decision on this adapter says
 * why. This is the only file that knows how to get at them.
 */

export interface KafkaConnection {
  /** host:port of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean | ConnectionOptions | undefined;
  readonly sasl?: SASLOptions | undefined;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface ByTopic<Partition> {
  readonly topic: string;
  readonly partitions: readonly Partition[];
}

/** Who writes, for the broker to tell its writers apart. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** A message as kafkajs encodes it; a value that is no Buffer would be written as text. */
export interface ProducedMessage {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** A message as kafkajs decodes it, of a control batch too. */
export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
  readonly isControlRecord: boolean;
  readonly batchContext: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
  };
}

export interface FetchedPartition {
  readonly partition: number;
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly messages: readonly FetchedMessage[];
}

export interface JoinedGroup {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export interface DescribedMember {
  readonly clientId: string;
  readonly memberAssignment: Buffer;
}

interface Membership {
  readonly groupId: string;
  readonly memberId: string;
}

/** One broker: a method a request of Kafka's protocol. */
export interface Broker {
  readonly nodeId: number;
  /** For a request that kafkajs does not have: its bytes after the client's id, and what makes sense of the answer. */
  readonly connectionPool: {
    send<T>(exchange: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
      };
      readonly response: { decode(payload: Buffer): Promise<Buffer>; parse(payload: Buffer): Promise<T> };
    }): Promise<T>;
  };
  metadata(topics: readonly string[]): Promise<unknown>;
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly ByTopic<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  }): Promise<{ readonly responses: readonly { topicName: string; partitions: readonly FetchedPartition[] }[] }>;
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly ByTopic<{ partition: number; timestamp: number }>[];
  }): Promise<{ readonly responses: readonly ByTopic<{ partition: number; offset: string }>[] }>;
  initProducerId(request: {
    readonly transactionalId: string;
    readonly transactionTimeout: number;
  }): Promise<Pick<ProducerIdentity, 'producerId' | 'producerEpoch'>>;
  addPartitionsToTxn(request: ProducerIdentity & { readonly topics: readonly ByTopic<number>[] }): Promise<unknown>;
  addOffsetsToTxn(request: ProducerIdentity & { readonly groupId: string }): Promise<unknown>;
  produce(
    request: ProducerIdentity & {
      readonly acks: -1;
      readonly timeout: number;
      readonly topicData: readonly ByTopic<{
        partition: number;
        firstSequence: number;
        messages: readonly ProducedMessage[];
      }>[];
    },
  ): Promise<{ readonly topics: readonly { readonly partitions: readonly { readonly baseOffset: string }[] }[] }>;
  txnOffsetCommit(
    request: ProducerIdentity & {
      readonly groupId: string;
      readonly topics: readonly ByTopic<{ partition: number; offset: string; metadata: null }>[];
    },
  ): Promise<unknown>;
  endTxn(request: ProducerIdentity & { readonly transactionResult: boolean }): Promise<unknown>;
  findGroupCoordinator(request: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly ByTopic<{ partition: number }>[];
  }): Promise<{ readonly responses: readonly ByTopic<{ partition: number; offset: string }>[] }>;
  joinGroup(
    request: Membership & {
      readonly sessionTimeout: number;
      readonly rebalanceTimeout: number;
      readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
    },
  ): Promise<JoinedGroup>;
  syncGroup(
    request: Membership & {
      readonly generationId: number;
      readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
    },
  ): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: Membership & { readonly groupGenerationId: number }): Promise<unknown>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly { readonly members: readonly DescribedMember[] }[];
  }>;
  leaveGroup(request: Membership): Promise<unknown>;
}

/** The brokers as one client sees them. */
export interface Cluster {
  connect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(node: { readonly nodeId: number | string }): Promise<Broker>;
  getNodeIds(): readonly string[];
  readonly brokerPool: BrokerPool;
}

interface BrokerPool {
  findConnectedBroker(): Promise<Broker>;
  readonly connectionPoolBuilder: PoolBuilder;
  createBroker(options: unknown): ConnectingBroker;
}

interface ConnectingBroker {
  readonly brokerAddress: string;
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

interface PoolBuilder {
  build(destination?: unknown): Promise<{ readonly pool: readonly Connection[] }>;
}

interface Connection {
  readonly requestQueue: RequestQueue;
  connect(): Promise<unknown>;
}

interface RequestQueue {
  readonly throttledUntil: number;
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/** A client's connections: to be used by one part of the adapter and thrown away with it. */
export interface OpenedCluster {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  /**
   * Breaks the connections to a broker (host:port), or all, and for good: requests under way fail at once, and so do
   * those to come.
   */
  disconnect(broker?: string): void;
  /** Breaks the connections to a broker that did not answer in time; for some seconds, nobody here turns to it again. */
  avoid(broker: string): void;
}

/** How long a broker that did not answer in time is left alone, where there are others. */
const silentForMs = 5000;

/**
 * Until when (of performance.now()) brokers, by host:port, are left alone. All clients of a process share what one had to
 * wait for: each would wait as long to find out.
 */
const silentUntilMs = new Map<string, number>();

function noteSilence(broker: string): void {
  silentUntilMs.set(broker, performance.now() + silentForMs);
}

function isSilent(broker: string): boolean {
  return performance.now() < (silentUntilMs.get(broker) ?? -Infinity);
}

/** Kafka's number for reading committed records only. */
export const isolationLevelCommitted = 1;

/** Opens nothing yet: connections come with the first requests. */
export function openCluster(connection: KafkaConnection, requestTimeoutMs: number): OpenedCluster {
  const sockets = new Map<Socket, string>();
  let isEnded = false;
  const kafka = new kafkajs.Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: 3000,
    requestTimeout: requestTimeoutMs,
    // The adapter says what went wrong, in its own errors; kafkajs would log what is harmless too.
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 20, maxRetryTime: 200, retries: connection.brokers.length },
    socketFactory: ({ host, port, ssl, onConnect }) => {
      const socket = open(host, port, ssl, onConnect);
      sockets.set(socket, `${host}:${port}`);
      socket.once('close', () => sockets.delete(socket));
      // Whoever was about to connect would do so, and ask on, after the end.
      if (isEnded) socket.destroy(new Error('disconnected'));
      if (hasOthers() && isSilent(`${host}:${port}`)) socket.destroy(new Error('the broker does not answer'));
      return socket;
    },
    ...(connection.ssl === undefined ? {} : { ssl: secured(connection.ssl) }),
    ...(connection.sasl === undefined ? {} : { sasl: connection.sasl }),
  });
  const cluster = clusterOf(kafka);
  const hasOthers = (): boolean => connection.brokers.length > 1 || cluster.getNodeIds().length > 1;
  const disconnect = (broker?: string): void => {
    isEnded ||= broker === undefined;
    for (const [socket, address] of sockets) {
      // kafkajs fails its requests on `error` and `end`, not on `close`.
      if (broker === undefined || broker === address) socket.destroy(new Error('disconnected'));
    }
  };
  return {
    kafka,
    cluster,
    disconnect,
    avoid(broker) {
      noteSilence(broker);
      disconnect(broker);
    },
  };
}

/** Refuses what is no certificate or key at once: kafkajs would take it for a broker's trouble. */
function secured(ssl: boolean | ConnectionOptions): boolean | ConnectionOptions {
  if (typeof ssl === 'boolean') return ssl;
  try {
    return { ...ssl, secureContext: createSecureContext(ssl) };
  } catch (error) {
    throw cupolaError(error, 'reading the certificates and the key');
  }
}

function open(host: string, port: number, ssl: ConnectionOptions | undefined, onConnect: () => void): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectSocket({ host, port }, onConnect);
  return socket.setKeepAlive(true, 60_000).setNoDelay(true);
}

/** Has every cluster of a client, that of its admin too, go through here. */
function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )!;
  const inside = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  const create = inside[symbol]!;
  inside[symbol] = (options) => {
    const cluster = create(options);
    mendConnections(cluster.brokerPool.connectionPoolBuilder);
    mendBrokers(cluster.brokerPool);
    return cluster;
  };
  return inside[symbol]({
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    isolationLevel: isolationLevelCommitted,
  });
}

/** Mends two things about the connections to a broker, as they are made. */
function mendConnections(builder: PoolBuilder): void {
  const build = builder.build.bind(builder);
  builder.build = async (destination) => {
    const built = await build(destination);
    for (const connection of built.pool) {
      connectOnce(connection);
      askForNoTimersInThePast(connection.requestQueue);
    }
    return built;
  };
}

/**
 * A broker that lets itself be connected to and then says nothing, as one that is frozen does, counts as connected to
 * kafkajs, which can ask it nothing, and looks for no other. Here it is as good as one that cannot be reached.
 */
function mendBrokers(pool: BrokerPool): void {
  const create = pool.createBroker.bind(pool);
  pool.createBroker = (options) => {
    const broker = create(options);
    const connect = broker.connect.bind(broker);
    const isConnected = broker.isConnected.bind(broker);
    let hasAnswered = false;
    broker.isConnected = () => hasAnswered && isConnected();
    broker.connect = async () => {
      try {
        await connect();
        hasAnswered = true;
      } catch (error) {
        if ((error as Error).name !== 'KafkaJSRequestTimeoutError') throw error;
        noteSilence(broker.brokerAddress);
        await broker.disconnect();
        throw new kafkajs.KafkaJSConnectionError((error as Error).message, { broker: broker.brokerAddress });
      }
    };
    return broker;
  };
}

/**
 * Every request that finds no connection makes one: of many at once all but the last are left behind, and when they end,
 * they fail what is under way on the last.
 */
function connectOnce(connection: Connection): void {
  const connect = connection.connect.bind(connection);
  let connecting: Promise<unknown> | null = null;
  connection.connect = () => {
    connecting ??= connect().finally(() => (connecting = null));
    return connecting;
  };
}

/**
 * Where nothing waits, kafkajs sets a timer with a negative delay after every response, which Node 24 warns of. It is of
 * use only while the broker throttles or requests wait.
 */
function askForNoTimersInThePast(requestQueue: RequestQueue): void {
  const schedule = requestQueue.scheduleCheckPendingRequests.bind(requestQueue);
  requestQueue.scheduleCheckPendingRequests = () => {
    if (requestQueue.pending.length > 0 || requestQueue.throttledUntil > Date.now()) schedule();
  };
}
