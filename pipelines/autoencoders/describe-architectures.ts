import { z } from 'zod';
import { architectureSettings } from './architecture-settings.ts';

/** What a value may be, as JSON Schema (draft 2020-12) has it. */
export interface ValueBounds {
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'array' | 'object';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  /** The values that it may have. */
  readonly enum?: readonly string[];
  /** The one value that it may have. */
  readonly const?: string;
}

/** A setting as JSON Schema has it. */
export interface SettingDescription extends ValueBounds {
  readonly description: string;
  readonly default: number | string | boolean | readonly unknown[];
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Of a list: what each of its items is. */
  readonly items?: ValueBounds;
}

/** An architecture that can be trained, with its settings by name. */
export interface ArchitectureOverview {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly settings: Readonly<Record<string, SettingDescription>>;
}

/** Every architecture that can be trained, out of the declarations that settings are checked by; loads no maths library. */
export function describeArchitectures(): readonly ArchitectureOverview[] {
  return Object.entries(architectureSettings).map(([name, schema]) => {
    const { title = name, description = '', properties = {} } = z.toJSONSchema(schema, { io: 'input' });
    return { name, title, description, settings: properties as unknown as ArchitectureOverview['settings'] };
  });
}

/** What a setting may be, for people. */
export function boundsText({ items, minItems = 0, maxItems, ...own }: SettingDescription): string {
  return items ? `${minItems} to ${maxItems} of ${valueText(items)}` : valueText(own);
}

function valueText({ type, minimum, maximum, exclusiveMinimum, const: only, enum: choices }: ValueBounds): string {
  if (only !== undefined) return only;
  if (choices) return choices.join(', ');
  if (type === 'boolean') return 'true, false';
  if (type === 'object') return 'architectures';
  const least = exclusiveMinimum === undefined ? `${minimum} to` : `above ${exclusiveMinimum}, up to`;
  return `${least} ${maximum}${type === 'integer' ? ', whole' : ''}`;
}
