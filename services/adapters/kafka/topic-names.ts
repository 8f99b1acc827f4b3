/** The names under which brokers know topics, groups and writers: so that one cluster can serve several systems. */
export class TopicNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  topic(name: string): string {
    return this.#prefix + name;
  }

  /** Others may have a group `scorer` on these brokers. */
  group(name: string): string {
    return `${this.#prefix}cupola.${name}`;
  }

  /** The transactional id of a writer that belongs to no group. */
  writer(identity: string): string {
    return `${this.#prefix}cupola.${identity}`;
  }
}
