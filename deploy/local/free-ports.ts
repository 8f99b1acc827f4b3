import { createServer } from 'node:net';

/** Below where systems take ports for outgoing connections from: a server that is down for a moment keeps its own. */
const [first, last] = [10_000, 32_000];

/** Ports of 127.0.0.1 that nobody listens on, each another. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
