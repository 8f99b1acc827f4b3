import { z } from 'zod';
import { dayMs, durationMs, field, secondMs, text } from './config-field.ts';

/** The log, and the brokers where it is Kafka's: a section of cupola.yaml. */

export const tlsSchema = z.strictObject({
  enabled: field(z.boolean().default(false), 'Whether brokers are spoken to by TLS.', true),
  caFile: field(text.optional(), "PEM file of the brokers' authority; the system's own by default.", 'kafka-ca.pem'),
  certFile: field(text.optional(), 'PEM file of the certificate to show to brokers.', 'cupola.pem'),
  keyFile: field(text.optional(), 'PEM file of its key.', 'cupola.key'),
});

export const saslSchema = z.strictObject({
  mechanism: field(
    z.enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512']).default('none'),
    'How brokers are told who this is.',
    'scram-sha-512',
  ),
  username: field(text.optional(), 'Who this is.', 'cupola'),
  passwordFile: field(text.optional(), 'File with the password, and nothing else.', '/run/secrets/kafka-password'),
});

export const logSchema = z.strictObject({
  kind: field(
    z.enum(['embedded', 'kafka']).default('embedded'),
    'Where the log is: in the data folder, for one process; or on Kafka, for as many as there are partitions.',
    'kafka',
  ),
  brokers: field(
    z.array(text).max(100).default([]),
    'host:port of some Kafka brokers; the others are found through them.',
    ['kafka-1:9092', 'kafka-2:9092'],
  ),
  prefix: field(
    z.string().max(100).default(''),
    'Before the names of topics, groups and writers on Kafka, so that several systems can share its brokers.',
    'flight-',
  ),
  replicationFactor: field(
    z.int().min(1).max(100).default(1),
    'Brokers that keep each topic, when it is created on Kafka; 3 in operation.',
    3,
  ),
  sessionTimeoutMs: field(
    durationMs(secondMs, 1800 * secondMs).default(10 * secondMs),
    'Silence of a process after which others take over its partitions on Kafka; brokers take 6 s to 30 min, unless they are set otherwise.',
    30 * secondMs,
  ),
  tls: tlsSchema.prefault({}),
  sasl: saslSchema.prefault({}),
  partitions: field(
    z.int().min(1).max(1024).default(4),
    'Partitions of the topics keyed by stream. Fixed once the topics are made.',
    8,
  ),
  maxRecords: field(
    z.int().min(1).max(100_000).default(500),
    'Records that a service takes from the log at once.',
    500,
  ),
  snapshotEveryRecords: field(
    z.int().min(1).max(10_000_000).default(2000),
    "Records between snapshots of a service's memory: what a restart reads again at most, by partition.",
    2000,
  ),
  commitIntervalMs: field(
    durationMs(0, 60 * secondMs).optional(),
    'Time from one commit of a service in a partition to the next, at least; 250 ms on Kafka by default, none in the embedded log.',
    100,
  ),
  maintainEveryMs: field(
    durationMs(secondMs, 7 * dayMs).default(600_000),
    'Time between two rounds of retention and compaction.',
    600_000,
  ),
});

export type LogConfig = z.output<typeof logSchema>;
