import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** A path into the configuration: names of fields and indexes of lists. */
export type ConfigPath = readonly (string | number)[];

/** The parts of JSON Schema that the configuration uses. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** One field of cupola.yaml, for people. */
export interface ConfigField {
  /** Such as `console.port`, `sources[simulate].speed`, `streams.STREAM.strideMs`. */
  readonly path: string;
  /** What a value must be. */
  readonly bound: string;
  /** undefined where there is none. */
  readonly default: unknown;
  readonly required: boolean;
  readonly description: string;
  readonly example: unknown;
}

/** The configuration as JSON Schema (draft 2020-12), for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

const root = configJsonSchema() as SchemaNode;

/** Every field, in the order of the file. */
export function configFields(): ConfigField[] {
  return [...fieldsOf('', root)];
}

function* fieldsOf(prefix: string, node: SchemaNode): Generator<ConfigField> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (!child.properties) yield describe(path, child, node.required?.includes(name) ?? false);
    yield* fieldsOf(path, child);
    for (const variant of child.items?.oneOf ?? [])
      yield* fieldsOf(`${path}[${String(variant.properties!.type!.const)}]`, variant);
    const entry = sectionOf(child.items);
    if (entry) yield* fieldsOf(`${path}[]`, entry);
    if (child.additionalProperties && child.additionalProperties.properties)
      yield* fieldsOf(`${path}.${singular(name)}`, child.additionalProperties);
  }
}

/** What is a section of a list's entries, where some may also be something simpler. */
function sectionOf(items: SchemaNode | undefined): SchemaNode | undefined {
  return [items, ...(items?.anyOf ?? [])].find((node) => node?.properties);
}

/** What stands for the name of an entry: `STREAM` for `streams`. */
function singular(name: string): string {
  return name.replace(/s$/, '').toUpperCase();
}

function describe(path: string, node: SchemaNode, required: boolean): ConfigField {
  const { description = '', examples = [] } = node;
  return { path, bound: boundOf(node), default: node.default, required, description, example: examples[0] };
}

/** What the value at a path must be; null where the configuration has no such field. `raw` decides between kinds of source. */
export function boundAt(path: ConfigPath, raw: unknown): string | null {
  const node = nodeAt(path, raw);
  return node ? boundOf(node) : null;
}

/** The names of the fields that the section at a path has. */
export function fieldNamesAt(path: ConfigPath, raw: unknown): string[] {
  return Object.keys(nodeAt(path, raw)?.properties ?? {});
}

function nodeAt(path: ConfigPath, raw: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  let value = raw;
  for (const step of path) {
    value = (value as Record<string | number, unknown> | null | undefined)?.[step];
    node =
      typeof step === 'number' ? node?.items : (node?.properties?.[step] ?? (node?.additionalProperties || undefined));
    if (value !== null && typeof value === 'object') node = sectionOf(node) ?? node;
    if (node?.oneOf && value !== null && typeof value === 'object') node = variantOf(node.oneOf, value);
  }
  return node;
}

/** The variant that a section's type names; for an unknown type one that knows no other field. */
function variantOf(variants: readonly SchemaNode[], section: { readonly type?: unknown }): SchemaNode {
  const types = variants.map((variant) => variant.properties!.type!.const);
  return variants[types.indexOf(section.type)] ?? { properties: { type: { enum: types } } };
}

function boundOf(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return `one of ${node.enum.join(', ')}`;
  if (node.oneOf) return 'a section with a type';
  if (node.anyOf) return node.anyOf.map(boundOf).join(' or ');
  switch (node.type ?? 'object') {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number ${interval(node)}`.trimEnd();
    case 'number':
      return `a number ${interval(node)}`.trimEnd();
    case 'null':
      return 'null';
    case 'string':
      return node.maxLength === undefined ? 'text' : `text of ${node.minLength ?? 0} to ${node.maxLength} characters`;
    case 'array':
      return listBound(node);
    default:
      return node.properties ? `a section with the fields ${Object.keys(node.properties).join(', ')}` : 'a section';
  }
}

/** The fields of sections in a list have rows of their own. */
function entryBound(node: SchemaNode): string {
  if (node.properties) return 'a section';
  return node.anyOf ? node.anyOf.map(entryBound).join(' or ') : boundOf(node);
}

function listBound({ items, minItems, maxItems }: SchemaNode): string {
  const entry = items && items.type !== 'number' ? `each ${entryBound(items)}` : 'of numbers';
  if (minItems !== undefined) return `a list of at least ${minItems}, ${entry}`;
  return maxItems === undefined ? `a list ${entry}` : `a list of at most ${maxItems}, ${entry}`;
}

function interval({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const low = minimum === undefined ? '' : `from ${minimum}`;
  const above = exclusiveMinimum === undefined ? '' : `greater than ${exclusiveMinimum}`;
  const high = maximum === undefined ? '' : `${above ? 'and at most' : 'to'} ${maximum}`;
  const below = exclusiveMaximum === undefined ? '' : `to less than ${exclusiveMaximum}`;
  return [low, above, high, below].filter((part) => part !== '').join(' ');
}
