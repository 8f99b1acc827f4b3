import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import type { LiveDelta, LiveSnapshot } from '../../../services/console/api.ts';
import { LiveFeed } from '../../../services/console/live-feed.ts';
import { eventually } from './console-under-test.ts';

const megabyte = 'x'.repeat(1_000_000);

test('a page that does not read is passed over, not queued for, and gets a snapshot once it reads', async (t) => {
  const feed = new LiveFeed(() => ({ snapshot: true }) as unknown as LiveSnapshot);
  const { socket, response } = await subscribed(feed, t);
  socket.pause();
  const delta = { delta: megabyte } as unknown as LiveDelta;
  const published = 100;
  for (let i = 0; i < published; i++) {
    feed.publish(delta);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.ok(response.writableLength < 2.5 * megabyte.length, `${response.writableLength} bytes are queued`);
  let read = '';
  socket.on('data', (chunk: Buffer) => (read += chunk.toString('latin1')));
  socket.resume();
  await eventually(() => read.split('event: snapshot').length === 3);
  const deltas = read.split('event: delta').length - 1;
  assert.ok(deltas < published / 2, `${deltas} deltas came`);
  feed.publish({ delta: 'last' } as unknown as LiveDelta);
  await eventually(() => read.includes('"last"'));
});

test('a page that has gone is forgotten', async (t) => {
  const feed = new LiveFeed(() => ({}) as LiveSnapshot);
  const { socket } = await subscribed(feed, t);
  assert.equal(feed.clients, 1);
  socket.destroy();
  await eventually(() => feed.clients === 0);
});

async function subscribed(
  feed: LiveFeed,
  t: { after(end: () => void): void },
): Promise<{ socket: Socket; response: ServerResponse }> {
  let response: ServerResponse | undefined;
  const server = createServer((_request, answer) => {
    response = answer;
    feed.subscribe(answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await eventually(() => response !== undefined);
  return { socket, response: response! };
}
