/** How a channel's id is put together: text, with names in braces for what a message says of itself. */
export interface ChannelTemplate {
  /** The names in braces, in order. */
  readonly names: readonly string[];
  /** The id; the first name that has no value as `missing` where there is one. */
  fill(valueOf: (name: string) => string | undefined): { readonly id: string } | { readonly missing: string };
}

const name = /\{([^{}]+)\}/;

/** Reads a template such as `{measurement}.{field}`. A brace that encloses no name is text. */
export function channelTemplate(template: string): ChannelTemplate {
  // Split at a pattern with a group, texts and names take turns.
  const parts = template.split(name);
  return {
    names: parts.filter((_, i) => i % 2 === 1),
    fill(valueOf) {
      let id = parts[0]!;
      for (let i = 1; i < parts.length; i += 2) {
        const value = valueOf(parts[i]!);
        if (value === undefined) return { missing: parts[i]! };
        id += value + parts[i + 1]!;
      }
      return { id };
    },
  };
}
