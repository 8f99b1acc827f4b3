import type { ArchitectureDescription, WindowShape } from './architecture.ts';

/** A layer as it is drawn. */
export interface DrawnLayer {
  readonly part: 'input' | 'encoder' | 'code' | 'decoder' | 'output';
  /** What it is: `dense`, `LSTM`, `convolution`. */
  readonly name: string;
  /** Values that it gives for one window. */
  readonly width: number;
  /** What else is to be said of it. */
  readonly detail: string;
}

/** A model's layers from windows to their reconstruction; an ensemble has one for each member. */
export interface DrawnModel {
  readonly name: string;
  readonly layers: readonly DrawnLayer[];
}

/** The layers that an architecture declares; null where its description does not say, as of an imported one. */
export function declaredLayers(description: ArchitectureDescription, shape: WindowShape): readonly DrawnModel[] | null {
  const { name } = description;
  const settings = description.settings as Partial<DeclaredSettings>;
  if (settings.members) {
    const members = settings.members.map((member) => declaredLayers(member, shape));
    return members.flatMap((member) => member ?? []);
  }
  const inner = layersBetween(name, settings, shape);
  return inner && [{ name, layers: [inputOf(settings, shape), ...inner, outputOf(settings, shape)] }];
}

/** Settings that say what layers there are; each architecture has some of them. */
interface DeclaredSettings {
  readonly members: readonly ArchitectureDescription[];
  readonly hidden: readonly number[];
  readonly code: number;
  readonly codeRatio: number;
  readonly k: number;
  readonly activation: string;
  readonly codeActivation: string;
  readonly seesContext: boolean;
  readonly loss: string;
  readonly units: number;
  readonly layers: number;
  readonly filters: readonly number[];
  readonly kernel: number;
  readonly stride: number;
  readonly forecastShare: number;
  readonly windows: number;
  readonly past: number;
}

function inputOf({ seesContext = true }: Partial<DeclaredSettings>, shape: WindowShape): DrawnLayer {
  const { rows, features, scoredFeatures } = shape;
  const seen = seesContext ? features : scoredFeatures;
  return { part: 'input', name: 'window', width: rows * seen, detail: `${rows} rows × ${seen} features` };
}

function outputOf(settings: Partial<DeclaredSettings>, shape: WindowShape): DrawnLayer {
  const { rows, scoredFeatures } = shape;
  const { forecastShare } = settings;
  const made = forecastShare === undefined ? rows : Math.max(1, Math.round(forecastShare * rows));
  const what = forecastShare === undefined ? 'reconstruction' : 'forecast';
  const detail = `${made} rows × ${scoredFeatures} features${settings.loss === 'bce' ? ', sigmoid' : ''}`;
  return { part: 'output', name: what, width: made * scoredFeatures, detail };
}

/** Architectures whose layers are not of their settings' own kind, with the one layer that they come to. */
const ofOneLayer: Readonly<Record<string, (settings: Partial<DeclaredSettings>, shape: WindowShape) => DrawnLayer[]>> =
  {
    'robust-limits': () => [],
    'last-value': () => [],
    pca: ({ code = 0 }) => [{ part: 'code', name: 'components', width: code, detail: 'linear' }],
    'nearest-window': ({ windows = 0 }) => [
      { part: 'encoder', name: 'nearest', width: windows, detail: 'training windows kept at most' },
    ],
    ridge: ({ past = 0 }, { features }) => [
      { part: 'encoder', name: 'ridge regression', width: past * features, detail: `of ${past} rows before` },
    ],
  };

function layersBetween(
  name: string,
  settings: Partial<DeclaredSettings>,
  shape: WindowShape,
): readonly DrawnLayer[] | null {
  if (Object.hasOwn(ofOneLayer, name)) return ofOneLayer[name]!(settings, shape);
  if (settings.filters) return convolutionalLayers(settings, settings.filters, shape);
  if (settings.units !== undefined) return recurrentLayers(name, settings, settings.units, shape);
  return settings.hidden ? denseLayers(settings, settings.hidden, shape) : null;
}

function denseLayers(
  settings: Partial<DeclaredSettings>,
  hidden: readonly number[],
  { rows, scoredFeatures }: WindowShape,
): readonly DrawnLayer[] {
  const { activation = '', codeActivation = 'linear', codeRatio = 0, k, code, forecastShare } = settings;
  const layer = (part: DrawnLayer['part'], width: number): DrawnLayer => ({
    part,
    name: 'dense',
    width,
    detail: activation,
  });
  // What the last hidden layer of a forecaster gives is its code.
  if (forecastShare !== undefined)
    return hidden.map((width, index) => layer(index === hidden.length - 1 ? 'code' : 'encoder', width));
  const detail = k === undefined ? codeActivation : `${codeActivation}, the ${k} greatest count`;
  const width = code ?? Math.ceil(codeRatio * rows * scoredFeatures);
  return [
    ...hidden.map((units) => layer('encoder', units)),
    { part: 'code', name: 'code', width, detail },
    ...hidden.toReversed().map((units) => layer('decoder', units)),
  ];
}

function recurrentLayers(
  name: string,
  { layers = 1, code, forecastShare }: Partial<DeclaredSettings>,
  units: number,
  { rows }: WindowShape,
): readonly DrawnLayer[] {
  const kind = name.startsWith('gru') ? 'GRU' : 'LSTM';
  const stack = (part: DrawnLayer['part']): DrawnLayer[] =>
    Array.from({ length: layers }, () => ({ part, name: kind, width: units, detail: `over ${rows} rows` }));
  if (code === undefined || forecastShare !== undefined) return stack('code');
  return [...stack('encoder'), { part: 'code', name: 'code', width: code, detail: 'linear' }, ...stack('decoder')];
}

function convolutionalLayers(
  { kernel = 1, stride = 1, code = 0, activation = '' }: Partial<DeclaredSettings>,
  filters: readonly number[],
  { rows }: WindowShape,
): readonly DrawnLayer[] {
  let left = rows;
  const encoder = filters.map((count): DrawnLayer => {
    left = Math.ceil(left / stride);
    const detail = `${left} rows × ${count} filters of ${kernel}, ${activation}`;
    return { part: 'encoder', name: 'convolution', width: left * count, detail };
  });
  const decoder = encoder.toReversed().map(({ width, detail }, index): DrawnLayer => {
    // From the code back to what the innermost filters gave leads a dense layer; the last convolution gives the output.
    const name = index === 0 ? 'dense' : 'transposed convolution';
    return { part: 'decoder', name, width, detail };
  });
  return [...encoder, { part: 'code', name: 'code', width: code, detail: 'linear' }, ...decoder];
}
