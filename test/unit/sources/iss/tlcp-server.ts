import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** The fields of an item. */
export type ItemFields = readonly (string | null)[];

interface Subscribed {
  readonly socket: WebSocket;
  readonly id: string;
  readonly items: readonly string[];
  readonly schema: readonly string[];
}

/**
 * A server that speaks as much of TLCP 2.5 over WebSocket (Lightstreamer's Text-mode Live Connection Protocol) as a client
 * needs to subscribe to items in MERGE mode. A double: the real feed is beyond the reach of tests, and does not lose its
 * signal on demand.
 */
export class TlcpServer {
  readonly #sockets: WebSocketServer;
  readonly #values = new Map<string, ItemFields>();
  readonly #subscribed = new Set<Subscribed>();
  #sessions = 0;
  /** What sessions are refused with; null accepts them. */
  refusal: string | null = null;
  /** Parameters of the requests that came. */
  readonly requests: URLSearchParams[] = [];

  private constructor(sockets: WebSocketServer) {
    this.#sockets = sockets;
    sockets.on('connection', (socket) => this.#serve(socket));
  }

  static async start(port = 0): Promise<TlcpServer> {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: firstOffered });
    await new Promise((resolve) => sockets.once('listening', resolve));
    return new TlcpServer(sockets);
  }

  get port(): number {
    return (this.#sockets.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Whether somebody has subscribed. */
  get isHeard(): boolean {
    return this.#subscribed.size > 0;
  }

  /** Gives an item new values: those who subscribe get them first, those who have, now. */
  publish(item: string, fields: ItemFields): void {
    this.#values.set(item, fields);
    for (const one of this.#subscribed) if (one.items.includes(item)) send(one.socket, [updateOf(one, item, fields)]);
  }

  /** As when a network fails: connections end without a word. */
  dropConnections(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.#sockets.close(resolve));
  }

  #serve(socket: WebSocket): void {
    socket.on('message', (data) => {
      const [request, ...lines] = (data as Buffer).toString().split('\r\n');
      if (request === 'wsok') send(socket, ['WSOK']);
      for (const line of lines.filter((text) => text !== '')) {
        const parameters = new URLSearchParams(line);
        this.requests.push(parameters);
        if (request === 'create_session') this.#createSession(socket);
        // Nothing of a session outlives its connection here.
        else if (request === 'bind_session') send(socket, ['CONERR,20,session not found']);
        else if (parameters.get('LS_op') === 'add') this.#subscribe(socket, parameters);
      }
    });
    socket.on('close', () => {
      for (const one of this.#subscribed) if (one.socket === socket) this.#subscribed.delete(one);
    });
  }

  #createSession(socket: WebSocket): void {
    if (this.refusal !== null) return send(socket, [`CONERR,${this.refusal}`]);
    send(socket, [
      `CONOK,S${this.#sessions++},50000,5000,*`,
      'SERVNAME,double',
      'CLIENTIP,127.0.0.1',
      'CONS,unlimited',
    ]);
  }

  #subscribe(socket: WebSocket, parameters: URLSearchParams): void {
    const id = parameters.get('LS_subId')!;
    const items = parameters.get('LS_group')!.split(' ');
    const schema = parameters.get('LS_schema')!.split(' ');
    const one: Subscribed = { socket, id, items, schema };
    const snapshot = items.filter((item) => this.#values.has(item));
    send(socket, [
      `REQOK,${parameters.get('LS_reqId')}`,
      `SUBOK,${id},${items.length},${schema.length}`,
      `CONF,${id},unlimited,filtered`,
      ...snapshot.map((item) => updateOf(one, item, this.#values.get(item)!)),
    ]);
    this.#subscribed.add(one);
  }
}

function firstOffered(offered: Set<string>): string {
  return [...offered][0]!;
}

function updateOf({ id, items, schema }: Subscribed, item: string, fields: ItemFields): string {
  const values = schema.map((_, i) => written(fields[i] ?? null));
  return `U,${id},${items.indexOf(item) + 1},${values.join('|')}`;
}

/** A value as TLCP writes it: `#` is null, `$` is empty. */
function written(value: string | null): string {
  if (value === null) return '#';
  return value === '' ? '$' : encodeURIComponent(value);
}

function send(socket: WebSocket, lines: readonly string[]): void {
  socket.send(lines.map((line) => `${line}\r\n`).join(''));
}
