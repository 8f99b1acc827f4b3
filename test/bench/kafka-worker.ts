/**
 * `kafka-worker.ts FOLDER PREFIX BROKERS`: a scorer in a process of its own, for kafka-workers.ts. It says that it is ready,
 * and joins the group when it hears anything.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { argv } from 'node:process';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { openKafkaLog } from '../../services/adapters/kafka/kafka-log.ts';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { startScorer } from '../../services/scorer/scorer.ts';
import { scorerOptions } from './kafka-input.ts';

const [folder, prefix, brokers] = argv.slice(2) as [string, string, string];
const log = await openKafkaLog({ brokers: brokers.split(','), prefix, clientId: `worker-${process.pid}` });
const runtime = await openOnnxRuntime({ workers: 1 });
const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
process.send!('ready');
await once(process, 'message');
await startScorer({ log, bundles, runtime, clock: systemClock }, scorerOptions);
