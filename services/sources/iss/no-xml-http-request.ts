/** What the client calls of XMLHttpRequest. */
class NoXmlHttpRequest {
  readonly readyState = 0;
  readonly status = 0;
  readonly responseText = '';
  withCredentials = false;
  onerror: (() => void) | null = null;
  onreadystatechange: (() => void) | null = null;
  #isAborted = false;

  open(): void {}

  setRequestHeader(): void {}

  send(): void {
    setImmediate(() => this.#isAborted || this.onerror?.());
  }

  abort(): void {
    this.#isAborted = true;
  }
}

/**
 * Gives lightstreamer-client-web an XMLHttpRequest, by which nothing can be reached. The client falls back to one where a
 * WebSocket does not open, even if it was told to use no other transport; Node has none, and it would throw where nobody can
 * catch it. So the fall back fails as on a network that lets nothing through, and is told as a lost connection.
 */
export function provideNoXmlHttpRequest(): void {
  const scope = globalThis as { XMLHttpRequest?: unknown };
  scope.XMLHttpRequest ??= NoXmlHttpRequest;
}
