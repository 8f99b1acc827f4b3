/** Says how far a command is, on standard error: in one line that changes, where that is a terminal, and in lines that stay. */
export class Progress {
  readonly #isShown: boolean;
  #shownAtMs = 0;

  constructor(isShown = process.stderr.isTTY) {
    this.#isShown = isShown;
  }

  /** Shows a text in place of the last, at most ten times a second. */
  show(text: string): void {
    if (!this.#isShown || Date.now() - this.#shownAtMs < 100) return;
    this.#shownAtMs = Date.now();
    const width = process.stderr.columns - 1;
    process.stderr.write(`\r\u001b[K${text.slice(0, width)}`);
  }

  /** Says something that is to stay, wherever standard error goes. */
  say(text: string): void {
    this.end();
    process.stderr.write(`${text}\n`);
  }

  /** Clears the line. */
  end(): void {
    if (this.#isShown && this.#shownAtMs > 0) process.stderr.write('\r\u001b[K');
  }
}
