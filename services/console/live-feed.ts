import type { ServerResponse } from 'node:http';
import type { LiveDelta, LiveSnapshot } from './api.ts';

interface Client {
  readonly response: ServerResponse;
  /** It has not taken yet what it was sent: until it has, it is sent nothing. */
  behind: boolean;
  /** It was passed over while it was behind: it needs a snapshot. */
  missed: boolean;
}

/**
 * Server-sent events to any number of pages: a `snapshot` first, then `delta`s. A page that reads too slowly misses
 * deltas and gets a snapshot once it has caught up; nothing is ever queued for it.
 */
export class LiveFeed {
  readonly #clients = new Set<Client>();
  readonly #snapshot: () => LiveSnapshot;

  constructor(snapshot: () => LiveSnapshot) {
    this.#snapshot = snapshot;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Takes over a response until its page or the console goes. */
  subscribe(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    });
    const client = { response, behind: false, missed: false };
    this.#clients.add(client);
    response.on('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
    response.on('drain', () => this.#caughtUp(client));
    send(client, message('snapshot', this.#snapshot()));
  }

  /** Sends what changed to every page that keeps up. */
  publish(delta: LiveDelta): void {
    if (this.#clients.size === 0) return;
    const text = message('delta', delta);
    for (const client of this.#clients) {
      if (client.behind) client.missed = true;
      else send(client, text);
    }
  }

  #caughtUp(client: Client): void {
    client.behind = false;
    if (!client.missed) return;
    client.missed = false;
    send(client, message('snapshot', this.#snapshot()));
  }

  close(): void {
    for (const { response } of this.#clients) response.end();
  }
}

function send(client: Client, text: string): void {
  client.behind = !client.response.write(text);
}

function message(event: string, data: LiveDelta | LiveSnapshot): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
