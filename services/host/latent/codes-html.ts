import type { CodedWindow, LatentCodes } from '../../../pipelines/alarms/latent-codes.ts';
import { escaped, htmlPage, htmlTable } from '../../console/html-page.ts';

const width = 960;
const height = 640;
const margin = 24;
/** Dots of ordinary windows at most, evenly: what is more lies on what is there. */
const mostOrdinary = 3000;

const style = `
.ordinary { fill-opacity: .7; } .holdout { fill: none; stroke: var(--dim); stroke-opacity: .5; }
.anomalous { fill: var(--predicted); stroke: var(--ground); } .judged { fill: none; stroke: var(--labelled); }
.judged.normal { stroke: var(--score); } .axis { fill: var(--dim); font-size: 14px; }`;

/** A map of codes as one HTML file: each window a mark by what was found of it, its time and score in its title. */
export function codesHtml(codes: LatentCodes): string {
  const { modelVersion, stream, windows, axesFrom, explained, explainedHere, units } = codes;
  const anomalous = windows.filter(({ anomalyId }) => anomalyId !== null).length;
  const from = axesFrom === 'holdout' ? "the holdout's codes" : 'the codes of these windows';
  return htmlPage(
    `${stream}: codes of ${modelVersion}`,
    [
      `<p>${windows.length} windows, ${anomalous} of them in an anomaly, each by its code of ${units} units on the two principal components of ${from}. What lies close was seen alike by the model; the rest of what it saw, these axes do not show.</p>`,
      key,
      picture(codes),
      '<h2>Variance that the axes show</h2>',
      htmlTable(
        ['of the codes of', 'first', 'second', 'both'],
        [
          [axesFrom === 'holdout' ? 'the holdout' : 'these windows', ...shares(explained)],
          ['these windows', ...shares(explainedHere)],
        ].slice(0, axesFrom === 'holdout' ? 2 : 1),
      ),
    ],
    style,
  );
}

const key =
  '<p class="key">Dots: windows, the <b class="p">warmer</b> the higher their score. <b class="p">Diamonds</b>: in an anomaly. Rings: judged <b class="l">abnormal</b> or <b class="s">normal</b> (or so labelled). Small circles: the holdout.</p>';

function shares([first, second]: readonly [number, number]): string[] {
  return [first, second, first + second].map((share) => `${(100 * share).toFixed(1)} %`);
}

function picture({ windows, normal, stream }: LatentCodes): string {
  const points = [...normal, ...windows.map(({ x, y }) => [x, y] as const)];
  const place = scaleOf(points);
  const ordinary = windows.filter(({ anomalyId, judgement }) => anomalyId === null && judgement === null);
  const step = Math.ceil(ordinary.length / mostOrdinary);
  const marked = windows.filter(({ anomalyId, judgement }) => anomalyId !== null || judgement !== null);
  const warmth = warmthOf(windows);
  const parts = [
    ...normal.map((point) => circle('holdout', place(point), 3)),
    ...ordinary.filter((_, index) => index % step === 0).map((window) => dot(window, place, warmth(window))),
    ...marked.map((window) => mark(window, place, warmth(window))),
    `<text class="axis" x="${width - margin}" y="${height - 4}" text-anchor="end">first axis</text>`,
    `<text class="axis" x="4" y="16">second axis</text>`,
  ];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="map of codes of ${escaped(stream)}">${parts.join('')}</svg>`;
}

type Place = (point: readonly [number, number]) => readonly [number, number];

/** Both axes to one scale. */
function scaleOf(points: readonly (readonly [number, number])[]): Place {
  const range = (axis: 0 | 1): { low: number; span: number } => {
    const [low, high] = points.reduce(
      ([least, most], point) => [Math.min(least, point[axis]), Math.max(most, point[axis])],
      [Infinity, -Infinity],
    );
    return { low, span: high - low };
  };
  const [x, y] = [range(0), range(1)];
  const scale = Math.min((width - 2 * margin) / (x.span || 1), (height - 2 * margin) / (y.span || 1));
  const left = (width - scale * x.span) / 2;
  const bottom = (height + scale * y.span) / 2;
  return ([u, v]) => [left + scale * (u - x.low), bottom - scale * (v - y.low)];
}

/** Where a window's score is between an ordinary one and the highest, on a logarithmic scale, in percent. */
function warmthOf(windows: readonly CodedWindow[]): (window: CodedWindow) => number {
  const highest = windows.reduce((most, { anomalyScore }) => Math.max(most, anomalyScore), 2);
  return ({ anomalyScore }) => Math.round((100 * Math.log(Math.max(1, anomalyScore))) / Math.log(highest));
}

function dot(window: CodedWindow, place: Place, warmth: number): string {
  const fill = `color-mix(in srgb, var(--predicted) ${warmth}%, var(--telemetry))`;
  return circle('ordinary', place([window.x, window.y]), 2.5, ` style="fill:${fill}"`, title(window));
}

function mark(window: CodedWindow, place: Place, warmth: number): string {
  const [x, y] = place([window.x, window.y]);
  const { judgement } = window;
  const path = `M${fixed(x)} ${fixed(y - 6)}l6 6l-6 6l-6 -6z`;
  const body =
    window.anomalyId === null
      ? dot(window, place, warmth)
      : `<path class="anomalous" d="${path}">${title(window)}</path>`;
  return judgement === null ? body : body + circle(`judged ${judgement}`, [x, y], 7);
}

function circle(kind: string, [x, y]: readonly [number, number], radius: number, more = '', inner = ''): string {
  return `<circle class="${kind}" cx="${fixed(x)}" cy="${fixed(y)}" r="${radius}"${more}>${inner}</circle>`;
}

function title({ windowEndMs, anomalyScore, judgement }: CodedWindow): string {
  const judged = judgement === null ? '' : `, judged ${judgement}`;
  return `<title>window to ${new Date(windowEndMs).toISOString()}, score ${anomalyScore.toPrecision(3)}${judged}</title>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
