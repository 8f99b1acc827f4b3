import { parseArchitecture } from '../../autoencoders/architecture-settings.ts';
import type { ArchitectureDescription } from '../../autoencoders/architecture.ts';
import { describeArchitectures, type SettingDescription } from '../../autoencoders/describe-architectures.ts';
import { CupolaError } from '../../errors.ts';
import { SeededRandom } from '../../random.ts';

/** What is searched: settings of one architecture, by name, out of its declaration. */
export interface SearchSpace {
  readonly architecture: string;
  /** Settings that hold for every trial. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** The declarations of those that are drawn. */
  readonly drawn: Readonly<Record<string, SettingDescription>>;
}

/** How far from its default a number is drawn: this many times as much or as little. */
const spread = 8;
/** Share of its settings that a trial draws, one at least; the others have their defaults. */
const drawnShare = 0.5;
/** Layers at most, and their units. */
const layers = { most: 3, leastUnits: 8, mostUnits: 256 };
/** Draws that are refused together before it is said that they are. */
const mostDraws = 1000;

/**
 * The space over the settings of an architecture that are named, or over all that are not fixed.
 *
 * Errors: CUPOLA_ARCHITECTURE_INVALID (its name, a fixed setting), CUPOLA_USAGE_INVALID (a name that it has not, or has fixed).
 */
export function searchSpace(
  architecture: string,
  fixed: Readonly<Record<string, unknown>> = {},
  names?: readonly string[],
): SearchSpace {
  parseArchitecture(architecture, fixed);
  const { settings } = describeArchitectures().find(({ name }) => name === architecture)!;
  const free = Object.entries(settings).filter(([name, about]) => !(name in fixed) && canVary(about));
  const unknown = names?.find((name) => !free.some(([known]) => known === name));
  if (unknown !== undefined) {
    const bound = `among ${free.map(([name]) => name).join(', ')}`;
    throw new CupolaError('CUPOLA_USAGE_INVALID', `a setting to search is ${unknown}, must be ${bound}`, {
      field: 'search',
      value: unknown,
      bound,
    });
  }
  return {
    architecture,
    fixed,
    drawn: Object.fromEntries(free.filter(([name]) => names?.includes(name) ?? true)),
  };
}

/**
 * The settings of a trial, checked: those of trial 0 are the defaults, of others half are drawn within their declared bounds.
 * Numbers are drawn by their logarithm, about their default; those whose default is 0 are 0 half of the time. The same for the
 * same seed and trial. Draws that do not go together are drawn again.
 */
export function trialArchitecture(
  { architecture, fixed, drawn }: SearchSpace,
  seed: number,
  trial: number,
): ArchitectureDescription {
  if (trial === 0) return parseArchitecture(architecture, fixed);
  const random = SeededRandom.for(seed, `trial ${trial}`);
  for (let draw = 1; ; draw++) {
    const settings: Record<string, unknown> = { ...fixed };
    const entries = Object.entries(drawn);
    const always = random.below(entries.length);
    for (const [index, [name, about]] of entries.entries())
      if (index === always || random.uniform() < drawnShare) settings[name] = drawnValue(about, random);
    try {
      return parseArchitecture(architecture, settings);
    } catch (error) {
      if (!(error instanceof CupolaError) || draw === mostDraws) throw error;
    }
  }
}

function canVary({ type, items, const: only }: SettingDescription): boolean {
  return only === undefined && (type !== 'array' || items?.type === 'integer');
}

function drawnValue(about: SettingDescription, random: SeededRandom): unknown {
  if (about.enum) return about.enum[random.below(about.enum.length)];
  if (about.type === 'boolean') return random.uniform() < 0.5;
  return about.type === 'array' ? drawnLayers(about, random) : drawnNumber(about, random);
}

function drawnNumber(
  { type, default: usual, minimum, exclusiveMinimum, maximum = Infinity }: SettingDescription,
  random: SeededRandom,
): number {
  const isWhole = type === 'integer';
  const least = minimum ?? exclusiveMinimum ?? 0;
  if (usual === 0 && random.uniform() < 0.5) return 0;
  const [low, high] =
    usual === 0
      ? [isWhole ? 1 : maximum / 1e5, isWhole ? Math.max(1, maximum / 100) : maximum / 10]
      : [Math.max(least, (usual as number) / spread), Math.min(maximum, (usual as number) * spread)];
  const value = Math.exp(random.between(Math.log(Math.max(low, Number.MIN_VALUE)), Math.log(high)));
  const rounded = isWhole ? Math.round(value) : Number(value.toPrecision(3));
  const inside = Math.min(maximum, Math.max(least, rounded));
  return exclusiveMinimum !== undefined && inside <= exclusiveMinimum ? (usual as number) : inside;
}

/** Units of layers, the widest first. */
function drawnLayers({ minItems = 0, maxItems = Infinity, items }: SettingDescription, random: SeededRandom): number[] {
  const most = Math.min(maxItems, layers.most);
  const count = minItems + random.below(most - minItems + 1);
  const [low, high] = [layers.leastUnits, Math.min(layers.mostUnits, items?.maximum ?? Infinity)].map(Math.log);
  return Array.from({ length: count }, () => Math.round(Math.exp(random.between(low!, high!)))).sort((a, b) => b - a);
}
