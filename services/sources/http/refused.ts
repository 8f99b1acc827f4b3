/** A request that is answered with an error. */
export class Refused extends Error {
  readonly status: number;
  /** Of the body's first line that is no line protocol, from 1; null where it is not about a line. */
  readonly line: number | null;

  constructor(status: number, message: string, line: number | null = null) {
    super(message);
    this.status = status;
    this.line = line;
  }
}
