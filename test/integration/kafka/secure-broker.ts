import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import { freePorts } from '../../../deploy/local/free-ports.ts';
import { startKafka, type BrokerPorts, type KafkaCluster } from '../../../deploy/local/kafka-broker.ts';
import { requireProgram } from '../../../deploy/local/required-program.ts';

const run = promisify(execFile);
const keyPassword = 'not-a-secret';

/** Whom brokers know, each by one mechanism. */
export interface KnownUser {
  readonly mechanism: 'plain' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** A real broker that speaks TLS, knows its users by SASL, and allows nobody what was not granted. */
export interface SecureBroker {
  /** host:port that users come to. */
  readonly address: string;
  /** PEM file of the authority of its certificate. */
  readonly caFile: string;
  /** Grants a user operations on resources, by the beginning of their names. */
  grant(username: string, rights: readonly Right[]): Promise<void>;
  kill(): Promise<void>;
}

export interface Right {
  readonly on: 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID';
  readonly prefix: string;
  readonly operations: readonly (keyof typeof kafkajs.AclOperationTypes)[];
}

/** Starts it, with an open listener beside that this process alone knows of and grants rights by. */
export async function startSecureBroker(folder: string, users: readonly KnownUser[]): Promise<SecureBroker> {
  mkdirSync(folder, { recursive: true });
  const { keyStore, caFile } = await makeCertificate(folder, 'broker');
  const [securePort] = await freePorts(1);
  const kafka = await startKafka({
    folder,
    properties: (ports) => secureProperties(ports, securePort!, keyStore, users),
    formatArguments: users
      .filter(({ mechanism }) => mechanism === 'scram-sha-512')
      .flatMap(({ username, password }) => ['--add-scram', `SCRAM-SHA-512=[name=${username},password=${password}]`]),
  });
  return {
    address: `127.0.0.1:${securePort}`,
    caFile,
    grant: (username, rights) => grant(kafka, username, rights),
    kill: () => kafka.kill(),
  };
}

/** A certificate for 127.0.0.1 that is its own authority, with its key in a store. */
export async function makeCertificate(
  folder: string,
  name: string,
): Promise<{ readonly keyStore: string; readonly caFile: string }> {
  const keytool = requireProgram('keytool');
  const [keyStore, caFile] = [join(folder, `${name}.p12`), join(folder, `${name}.pem`)];
  const store = ['-alias', name, '-keystore', keyStore, '-storetype', 'PKCS12', '-storepass', keyPassword];
  const subject = ['-dname', `CN=${name}`, '-ext', 'SAN=IP:127.0.0.1', '-validity', '2'];
  await run(keytool, ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', ...subject, ...store]);
  await run(keytool, ['-exportcert', '-rfc', '-file', caFile, ...store]);
  return { keyStore, caFile };
}

function secureProperties(
  { port, controllerPort }: BrokerPorts,
  securePort: number,
  keyStore: string,
  users: readonly KnownUser[],
) {
  const plainUsers = users
    .filter(({ mechanism }) => mechanism === 'plain')
    .map(({ username, password }) => ` user_${username}="${password}"`);
  return {
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SECURE://127.0.0.1:${securePort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keyStore,
    'ssl.keystore.password': keyPassword,
    'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    'listener.name.secure.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required${plainUsers.join('')};`,
    'listener.name.secure.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': 'User:ANONYMOUS',
  };
}

async function grant({ address }: KafkaCluster, username: string, rights: readonly Right[]): Promise<void> {
  const acl: AclEntry[] = rights.flatMap(({ on, prefix, operations }) =>
    operations.map((operation) => ({
      principal: `User:${username}`,
      host: '*',
      permissionType: kafkajs.AclPermissionTypes.ALLOW,
      resourceType: kafkajs.AclResourceTypes[on],
      resourceName: prefix,
      resourcePatternType: kafkajs.ResourcePatternTypes.PREFIXED,
      operation: kafkajs.AclOperationTypes[operation],
    })),
  );
  const admin = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl });
  } finally {
    await admin.disconnect();
  }
}
