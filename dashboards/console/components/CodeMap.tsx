import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { MappedWindow, StreamCodes } from '../../../services/console/api.ts';
import { percent, score } from '../format/quantity.ts';
import { stationTime } from '../format/station-time.ts';
import { codeMap, followCodeMap } from '../state/code-map.ts';
import { explained } from '../state/explained-anomaly.ts';
import { showEvent } from '../state/time-range.ts';

type Codes = NonNullable<StreamCodes['map']>;
type Point = readonly [x: number, y: number];

const width = 300;
const height = 180;
const margin = 12;
/** How near the pointer must be to a window, in the picture's own unit. */
const reach = 16;

/** The chosen stream's windows in sight by their latent codes, in two dimensions: what lies close, the model saw alike. */
export function CodeMap() {
  useEffect(followCodeMap, []);
  const loaded = codeMap.value;
  if (!loaded) return <p class="hint">The codes of the windows in sight are being read.</p>;
  const { map } = loaded;
  if (!map || (map.units > 0 && map.windows.length === 0)) return <p class="hint">No window in sight was scored.</p>;
  if (map.units === 0) return <p class="hint">Robust limits watch this stream: they have no codes to draw.</p>;
  return <Map map={map} />;
}

function Map({ map }: { readonly map: Codes }) {
  const pointed = useSignal<MappedWindow | null>(null);
  const place = useMemo(() => scaleOf([...map.normal, ...map.windows.map(pointOf)]), [map]);
  const marks = useMemo(
    () => map.windows.map((window) => <Mark key={window.windowEndMs} window={window} at={place(pointOf(window))} />),
    [map],
  );
  const newest = map.windows.at(-1)!;
  const [first, second] = map.explained;
  const [hereFirst, hereSecond] = map.explainedHere;
  const point = ({ currentTarget, clientX, clientY }: PointerEvent): void => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(
      (currentTarget as SVGSVGElement).getScreenCTM()!.inverse(),
    );
    pointed.value = nearest(map.windows, place, [at.x, at.y]);
  };
  const told = pointed.value ?? newest;
  return (
    <div class="code-map">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`map of the codes of ${map.windows.length} windows`}
        onPointerMove={point}
        onPointerLeave={() => (pointed.value = null)}
        onClick={() =>
          pointed.value && showEvent({ fromMs: pointed.value.windowStartMs, toMs: pointed.value.windowEndMs })
        }
      >
        {map.normal.map((normal, index) => (
          <circle key={index} class="holdout" cx={place(normal)[0]} cy={place(normal)[1]} r="2" />
        ))}
        {marks}
        <Ring kind="newest" at={place(pointOf(newest))} />
        {pointed.value && <Ring kind="pointed" at={place(pointOf(pointed.value))} />}
      </svg>
      <p>
        <span class="num">{stationTime(told.windowEndMs)}</span>
        {pointed.value === null && ' (newest)'}, score <span class="num">{score(told.anomalyScore)}</span>
        {told.judgement !== null && `, judged ${told.judgement}`}
      </p>
      <p
        title={`${percent(first)} and ${percent(second)} of the variance; ${percent(hereFirst + hereSecond)} of that in sight`}
      >
        ◆ in an anomaly; axes show {percent(first + second)} of {map.axesFrom === 'holdout' ? 'normal' : 'this'}{' '}
        variance
      </p>
    </div>
  );
}

function Mark({ window, at: [x, y] }: { readonly window: MappedWindow; readonly at: Point }) {
  const { anomalyId, judgement } = window;
  const kinds = `${anomalyId === null ? 'ordinary' : 'anomalous'} ${judgement ?? ''}`;
  if (anomalyId === null && judgement !== 'anomaly') return <circle class={kinds} cx={x} cy={y} r="2" />;
  const size = anomalyId !== null && explained.value?.id === anomalyId ? 6 : 4;
  return <path class={kinds} d={`M${x} ${y - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}z`} />;
}

function Ring({ kind, at: [x, y] }: { readonly kind: 'newest' | 'pointed'; readonly at: Point }) {
  return <circle class={kind} cx={x} cy={y} r="7" />;
}

function pointOf({ x, y }: MappedWindow): Point {
  return [x, y];
}

/** Both axes to one scale, so that distances are what they are. */
function scaleOf(points: readonly Point[]): (point: Point) => Point {
  const [left, right, low, high] = points.reduce(
    ([a, b, c, d], [x, y]) => [Math.min(a, x), Math.max(b, x), Math.min(c, y), Math.max(d, y)],
    [Infinity, -Infinity, Infinity, -Infinity],
  );
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (high - low || 1));
  return ([x, y]) => [width / 2 + scale * (x - (left + right) / 2), height / 2 - scale * (y - (low + high) / 2)];
}

function nearest(windows: readonly MappedWindow[], place: (point: Point) => Point, [x, y]: Point): MappedWindow | null {
  let [found, least]: [MappedWindow | null, number] = [null, reach];
  for (const window of windows) {
    const [u, v] = place(pointOf(window));
    const distance = Math.hypot(u - x, v - y);
    if (distance < least) [found, least] = [window, distance];
  }
  return found;
}
