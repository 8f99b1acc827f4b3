import { connect } from 'node:net';
import { once } from 'node:events';

const apiKey = 60;
const answerWithinMs = 2000;

/**
 * The ids of the brokers that a broker knows to be at work: Kafka's DescribeCluster request, version 0, with no client
 * library. Empty where nothing answers.
 *
 * Source: https://kafka.apache.org/protocol, DescribeCluster (request header 2, response header 1).
 */
export async function describeCluster(port: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(answerWithinMs, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    socket.write(request());
    let answer = Buffer.alloc(0);
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk as Buffer]);
      if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)) return brokerIds(answer);
    }
    return [];
  } catch {
    return [];
  } finally {
    socket.destroy();
  }
}

function request(): Buffer {
  // Length, api key, version, correlation id, no client id, no tags; no authorised operations, no tags.
  const bytes = Buffer.from([0, 0, 0, 13, 0, apiKey, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0]);
  bytes.writeInt32BE(bytes.length - 4, 0);
  return bytes;
}

/** Strings here are shorter than 127 bytes and brokers fewer: each length is one byte, one more than the length. */
function brokerIds(answer: Buffer): number[] {
  // Length, correlation id, tags, throttle time, error code.
  let at = 4 + 4 + 1 + 4 + 2;
  const passString = (): void => {
    at += Math.max(1, answer.readUInt8(at));
  };
  // Error message, cluster id; the controller's id.
  passString();
  passString();
  at += 4;
  const brokers = Math.max(0, answer.readUInt8(at++) - 1);
  return Array.from({ length: brokers }, () => {
    const id = answer.readInt32BE(at);
    at += 4;
    // Host; port; rack; tags.
    passString();
    at += 4;
    passString();
    at += 1;
    return id;
  });
}
