import { channelTemplate } from '../../../pipelines/telemetry/channel-template.ts';

/** Topics of a broker, and what channel each stands for. */
export interface TopicPattern {
  /** For a subscription: `craft/+/#` for `craft/{unit}/#`. */
  readonly filter: string;
  /** Whether a topic is one of these. */
  matches(topic: string): boolean;
  /** The channel of a topic that matches; null where its messages name their own. */
  channelOf(topic: string): string | null;
}

const level = /^\{([^{}/]+)\}$/;

/**
 * Reads a pattern of topics: levels between slashes, where `{name}` stands for any one level, `+` too, and `#` at the end for
 * all that follow. `channel` is a template of those names, and `{topic}`; null where messages name their own channels.
 */
export function topicPattern(pattern: string, channel: string | null): TopicPattern {
  const levels = pattern.split('/');
  const isOpen = levels.at(-1) === '#';
  const fixed = isOpen ? levels.slice(0, -1) : levels;
  const names = fixed.map((text) => level.exec(text)?.[1] ?? null);
  const filter = levels.map((text) => (level.test(text) ? '+' : text)).join('/');
  const template = channel === null ? null : channelTemplate(channel);
  return {
    filter,
    matches(topic) {
      const parts = topic.split('/');
      if (isOpen ? parts.length < fixed.length : parts.length !== fixed.length) return false;
      return fixed.every((text, i) => text === '+' || names[i] !== null || text === parts[i]);
    },
    channelOf(topic) {
      const parts = topic.split('/');
      const filled = template?.fill((name) => (name === 'topic' ? topic : parts[names.indexOf(name)]));
      return filled && 'id' in filled ? filled.id : null;
    },
  };
}

/** The names that a pattern gives to levels; what a template of its channels can have beside `topic`. */
export function levelNames(pattern: string): string[] {
  return pattern.split('/').flatMap((text) => level.exec(text)?.[1] ?? []);
}
