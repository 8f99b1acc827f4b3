import type { CardChannel } from '../../../pipelines/training/model-card/model-card.ts';
import type { ActivatingWindow, LatentUnit, LatentUnits } from '../../../pipelines/training/model-card/latent-units.ts';
import { escaped } from '../html-page.ts';
import { numberText } from './line-plot.ts';
import { weightMap } from './weight-map.ts';

const plotWidth = 200;
const plotHeight = 64;

/** What each latent unit takes of a window, and the windows that moved it most. */
export function latentSection(latent: LatentUnits, rows: number, channels: readonly CardChannel[]): string {
  const { units, shown, windows, columns, isProduct } = latent;
  const count = shown.length < units ? `The ${shown.length} of ${units} units that move most.` : `${units} units.`;
  const weights =
    columns.length === 0
      ? 'Their weights are not of single cells of the window, so none are drawn.'
      : `Weights on the window: time from left to right, ${columns.length} features from top to bottom in the order of the table above; blue positive, orange negative, each unit by its own greatest.` +
        (isProduct ? ' Hidden layers stand between: their weights are multiplied as if they were linear.' : '');
  const seen =
    windows === 0
      ? 'No telemetry was at hand to show windows of.'
      : `Windows: of ${windows}, those whose activation is farthest from the median; a channel's range in training fills the height.`;
  const each = shown.map((unit) => unitCard(unit, rows, columns.length, channels));
  return `<p>${count} ${weights} ${seen}</p><div class="units">${each.join('\n')}</div>`;
}

function unitCard(
  { unit, weights, activity, activating }: LatentUnit,
  rows: number,
  columns: number,
  channels: readonly CardChannel[],
): string {
  const range = activity
    ? `<p class="num">${numberText(activity.least)} to ${numberText(activity.greatest)}, median ${numberText(activity.median)}</p>`
    : '';
  const map = weights ? weightMap(weights, rows, columns, `weights of unit ${unit}`) : '';
  const key = activating[0]?.channels.map(({ channelId }, index) => `<b class="c${index}">${escaped(channelId)}</b>`);
  const plots = activating.map((window) => windowPlot(window, channels));
  return (
    `<section class="unit"><h3>Unit ${unit}</h3>${range}${map}` +
    (key ? `<p class="key">${key.join(' ')}</p>` : '') +
    `${plots.join('')}</section>`
  );
}

function windowPlot({ startMs, activation, channels }: ActivatingWindow, known: readonly CardChannel[]): string {
  const lines = channels.map(({ channelId, values }, index) => {
    const seen = known.find(({ id }) => id === channelId)?.seen;
    return `<path class="c${index}" d="${course(values, seen?.min, seen?.max)}"/>`;
  });
  const time = new Date(startMs).toISOString().slice(0, 19);
  return (
    `<figure><svg viewBox="0 0 ${plotWidth} ${plotHeight}" role="img" aria-label="window of ${time}Z">${lines.join('')}</svg>` +
    `<figcaption class="num">${numberText(activation)} at ${time}Z</figcaption></figure>`
  );
}

/** Values within a range that fills the height; what is missing interrupts the line. */
function course(values: readonly (number | null)[], from = Infinity, to = -Infinity): string {
  const seen = values.filter((value) => value !== null);
  const least = Math.min(from, ...seen);
  const span = Math.max(to, ...seen) - least || 1;
  let isDown = false;
  return values
    .map((value, row) => {
      if (value === null) {
        isDown = false;
        return '';
      }
      const x = ((row + 0.5) * plotWidth) / values.length;
      const y = plotHeight - 3 - ((plotHeight - 6) * (value - least)) / span;
      const step = `${isDown ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
      isDown = true;
      return step;
    })
    .join('');
}
