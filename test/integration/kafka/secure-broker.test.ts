/** A broker with TLS, SASL and ACLs, reached as cupola.yaml says. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CupolaError, type ErrorCode } from '../../../pipelines/errors.ts';
import type { Log, OutgoingRecord } from '../../../pipelines/ports.ts';
import { topics } from '../../../pipelines/topics.ts';
import { logSchema, type LogConfig } from '../../../services/host/config-log.ts';
import { planKafkaTopics } from '../../../services/host/kafka-topics.ts';
import { openLog } from '../../../services/host/open-log.ts';
import { makeCertificate, startSecureBroker, type KnownUser, type Right, type SecureBroker } from './secure-broker.ts';

const prefix = 'flight-';
const topic = topics.verdicts.name;

/** As docs/kafka.md has them. */
const rights: readonly Right[] = [
  { on: 'TOPIC', prefix: `${prefix}cupola.`, operations: ['READ', 'WRITE'] },
  { on: 'GROUP', prefix: `${prefix}cupola.`, operations: ['READ'] },
  { on: 'TRANSACTIONAL_ID', prefix: `${prefix}cupola.`, operations: ['WRITE'] },
];
const topicRights: Right = {
  on: 'TOPIC',
  prefix: `${prefix}cupola.`,
  operations: ['CREATE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
};

const users = {
  scram: { mechanism: 'scram-sha-512', username: 'scram', password: 'by-challenge' },
  plain: { mechanism: 'plain', username: 'plain', password: 'in-words' },
  /** Makes the topics. */
  operator: { mechanism: 'scram-sha-512', username: 'operator', password: 'makes-topics' },
  guest: { mechanism: 'scram-sha-512', username: 'guest', password: 'may-nothing' },
  reader: { mechanism: 'scram-sha-512', username: 'reader', password: 'may-read' },
} as const satisfies Record<string, KnownUser>;

/** Long before the log's own patience, two minutes, is at its end. */
const atOnceMs = 30_000;

describe('a broker with TLS, SASL and ACLs', { timeout: 180_000 }, () => {
  let folder: string;
  let broker: SecureBroker;
  const opened: Log[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupola-secure-broker-'));
    broker = await startSecureBroker(join(folder, 'kafka'), Object.values(users));
    await broker.grant(users.scram.username, rights);
    await broker.grant(users.plain.username, rights);
    await broker.grant(users.operator.username, [...rights, topicRights]);
    await broker.grant(users.reader.username, [{ ...rights[0]!, operations: ['READ'] }]);
    await planKafkaTopics(await configOf(users.operator), [], true);
  });
  after(async () => {
    for (const log of opened) await log.close();
    await broker?.kill();
    await rm(folder, { recursive: true });
  });

  /** The section `log` of cupola.yaml. */
  const configOf = async (user: KnownUser, caFile = broker.caFile): Promise<LogConfig> => {
    const passwordFile = join(folder, `${user.username}-${user.password}`);
    await writeFile(passwordFile, `${user.password}\n`);
    return logSchema.parse({
      kind: 'kafka',
      brokers: [broker.address],
      prefix,
      tls: { enabled: true, caFile },
      sasl: { mechanism: user.mechanism, username: user.username, passwordFile },
    });
  };
  const open = async (user: KnownUser, caFile?: string): Promise<Log> => {
    const log = await openLog({ log: await configOf(user, caFile), dataDir: folder }, () => undefined);
    opened.push(log);
    return log;
  };

  for (const user of [users.scram, users.plain])
    it(`serves a user of ${user.mechanism} that has the documented rights`, async () => {
      const log = await open(user);
      await log.ensureTopics([topics.verdicts]);
      const { end: from } = await log.range(topic, 0);
      const texts = [`${user.username} appends`, `${user.username} commits`];
      await log.append([record(texts[0]!)]);
      const writer = await log.writer(`ingest-${user.username}`);
      await writer.commit({ records: [record(texts[1]!)] });
      const committed = Promise.withResolvers<string[]>();
      const group = `recorder-${user.username}`;
      const membership = await log.join({
        group,
        topic,
        async run(assignment) {
          if (assignment.partition !== 0) return;
          const { end } = await log.range(topic, 0);
          const found = await textsOf(log, from, end);
          await assignment.commit({ records: [], offsets: { [topic]: end } });
          committed.resolve(found);
        },
      });
      membership.finished.catch(committed.reject);
      assert.deepEqual(await committed.promise, texts);
      const [position] = await log.groupPositions(group, topic);
      assert.deepEqual([position!.lag, position!.member !== null], [0, true]);
      await membership.leave();
    });

  it('plans topics for a user with the rights to them', async () => {
    const planned = await planKafkaTopics(await configOf(users.operator), [], false);
    assert.deepEqual(new Set(planned.map(({ action }) => action)), new Set(['none']));
  });

  const refusals: readonly {
    readonly of: string;
    readonly code: ErrorCode;
    /** What the message has to name. */
    readonly naming: RegExp;
    readonly ask: () => Promise<unknown>;
  }[] = [
    {
      of: 'a wrong password',
      code: 'CUPOLA_LOG_ACCESS_REFUSED',
      naming: /authentication failed/i,
      ask: () => open({ ...users.scram, password: 'guessed' }),
    },
    {
      of: 'a wrong password in plain words',
      code: 'CUPOLA_LOG_ACCESS_REFUSED',
      naming: /authentication failed/i,
      ask: () => open({ ...users.plain, password: 'guessed' }),
    },
    {
      of: 'a certificate of an unknown authority',
      code: 'CUPOLA_LOG_TLS_FAILED',
      naming: /certificate/,
      ask: async () => open(users.scram, (await makeCertificate(folder, 'other')).caFile),
    },
    {
      of: 'a topic that was not granted',
      code: 'CUPOLA_LOG_ACCESS_REFUSED',
      naming: /flight-cupola\.verdicts/,
      ask: async () => (await open(users.guest)).range(topic, 0),
    },
    {
      of: 'a writer that was not granted',
      code: 'CUPOLA_LOG_ACCESS_REFUSED',
      naming: /flight-cupola\.ingest/,
      ask: async () => (await open(users.reader)).writer('ingest'),
    },
    {
      of: 'a group that was not granted',
      code: 'CUPOLA_LOG_ACCESS_REFUSED',
      naming: /flight-cupola\.recorder/,
      ask: async () => (await open(users.reader)).join({ group: 'recorder', topic, run: async () => {} }),
    },
    {
      of: 'the making of topics that was not granted',
      code: 'CUPOLA_LOG_ACCESS_REFUSED',
      naming: /flight-cupola\.late/,
      ask: async () => planKafkaTopics(await configOf(users.guest), ['cupola.late'], true),
    },
  ];

  for (const { of, code, naming, ask } of refusals)
    it(`says at once of ${of} what it is and what to do`, { timeout: atOnceMs }, async () => {
      await assert.rejects(ask, (error) => {
        assert.ok(error instanceof CupolaError);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, naming);
        return true;
      });
    });
});

async function textsOf(log: Log, from: number, end: number): Promise<string[]> {
  const texts: string[] = [];
  for (let next = from; next < end;) {
    const { records, nextOffset } = await log.read({ topic, partition: 0, fromOffset: next });
    texts.push(...records.map(({ value }) => String(value)));
    next = nextOffset;
  }
  return texts;
}

function record(text: string): OutgoingRecord {
  return { topic, partition: 0, key: 'k', value: Buffer.from(text), timestampMs: 1 };
}
