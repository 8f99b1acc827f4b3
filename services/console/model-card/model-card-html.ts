import type { CardChannel, ModelCard } from '../../../pipelines/training/model-card/model-card.ts';
import { escaped, htmlPage, htmlTable } from '../html-page.ts';
import { architectureDrawing } from './architecture-drawing.ts';
import { latentSection } from './latent-section.ts';
import { linePlot, numberText } from './line-plot.ts';

const style = `
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .2rem 1.5rem; margin: 0; }
.facts div { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line); padding: .2rem 0; }
dt { color: var(--dim); } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.num { font-variant-numeric: tabular-nums; } td.words, th.words { white-space: normal; text-align: left; color: var(--dim); }
tr.changed td { font-weight: 600; } tr.changed td:last-child { font-weight: 400; }
svg text { font: 12px system-ui, sans-serif; fill: var(--dim); text-anchor: middle; } svg .width { fill: var(--ink); font-weight: 600; }
svg .name { fill: var(--ink); } svg .detail { font-size: 11px; } svg .y { text-anchor: end; font-size: 11px; } svg .x { font-size: 11px; }
svg .mark { text-anchor: start; } svg .mark.end { text-anchor: end; } .grid { stroke: var(--line); }
.architecture { max-width: none; } .architecture rect { fill: var(--telemetry); } .architecture .code { fill: var(--score); }
.architecture .input, .architecture .output { fill: var(--labelled); } .link { fill: var(--telemetry); opacity: .15; }
.plot { max-width: 40rem; } polyline.training { stroke: var(--telemetry); } polyline.holdout { stroke: var(--score); stroke-width: 2; }
line.threshold, line.best { stroke: var(--threshold); stroke-dasharray: 4 3; } .key .training { color: var(--telemetry); }
.units { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .75rem; } .unit { margin: 0; }
.weights { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); margin: .3rem 0; background: var(--ground); }
figure { margin: .4rem 0 0; border-top: 1px solid var(--line); } figcaption { font-size: .8em; color: var(--dim); }
.c0 { stroke: var(--labelled); } .c1 { stroke: var(--predicted); } .c2 { stroke: var(--score); }
.key .c0 { color: var(--labelled); } .key .c1 { color: var(--predicted); } .key .c2 { color: var(--score); }
.bar { fill: var(--score); } .bar.soft { opacity: .35; } .bars { min-width: 9rem; height: 12px; width: 9rem; }
`;

/** A model's card as one HTML page, with nothing to fetch. */
export function modelCardHtml(card: ModelCard): string {
  const { version, architecture, layers, latent, fit, shape } = card;
  return htmlPage(
    `Model ${version}`,
    [
      `<p>${escaped(architecture.title)}. ${escaped(architecture.description)}</p>`,
      facts(card),
      '<h2>Architecture</h2>',
      ...layers.map(
        (model) => (layers.length > 1 ? `<h3>${escaped(model.name)}</h3>` : '') + architectureDrawing(model),
      ),
      '<h2>Settings</h2>',
      settingsTable(card),
      '<h2>Training</h2>',
      fit.epochs.length > 1
        ? trainingCurves(fit)
        : '<p>There are no epochs to draw: it was not trained by steps here.</p>',
      '<h2>Threshold and false alarms</h2>',
      falseAlarms(card),
      '<h2>Channels</h2>',
      channelTable(card.channels),
      ...(latent ? ['<h2>Latent units</h2>', latentSection(latent, shape.rows, card.channels)] : []),
    ],
    style,
  );
}

function facts(card: ModelCard): string {
  const { stream, shape, training, holdout, versions, weights, bytes, threshold, fit } = card;
  const rows: readonly (readonly [string, string])[] = [
    ['stream', `${stream.name} (${stream.stream})`],
    ['stream definition', `version ${versions.streamDefinition}`],
    ['window', `${shape.rows} rows, one every ${durationText(stream.intervalMs)}`],
    ['stride', durationText(stream.strideMs)],
    ['features', `${shape.features}, ${shape.scoredFeatures} of them scored`],
    ['trained on', `${training.windows} windows`],
    ['from', timeText(training.fromMs)],
    ['to', timeText(training.toMs)],
    ['holdout', `${holdout.windows} windows to ${timeText(holdout.toMs)}`],
    ['holdout median error', numberText(holdout.medianError)],
    ['threshold', `${numberText(threshold.level)} (${threshold.setting.policy})`],
    ['weights', weights.toLocaleString('en')],
    ['size', `${bytes.toLocaleString('en')} bytes`],
    ['backend', versions.backend],
    ['seed', String(fit.seed)],
    ['ONNX', versions.opset === null ? 'none' : `opset ${versions.opset}, by ${versions.producer ?? 'unknown'}`],
    ['bundle schema', String(versions.bundleSchema)],
    ['card by', `cupola ${versions.cupola}`],
  ];
  return `<dl class="facts">${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`;
}

function settingsTable({ architecture: { settings } }: ModelCard): string {
  if (settings.length === 0) return '<p>None.</p>';
  const rows = settings.map(({ name, value, default: usual, description }) => {
    const isChanged = description !== null && JSON.stringify(value) !== JSON.stringify(usual);
    const cells = [name, JSON.stringify(value), description === null ? '–' : JSON.stringify(usual)];
    return (
      `<tr${isChanged ? ' class="changed"' : ''}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}` +
      `<td class="words">${escaped(description ?? '')}</td></tr>`
    );
  });
  const head = '<th>setting</th><th>value</th><th>default</th><th class="words">meaning</th>';
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

function trainingCurves({ epochs, bestEpoch }: ModelCard['fit']): string {
  const line = (of: 'trainingLoss' | 'holdoutLoss'): (readonly [number, number])[] =>
    epochs.map((epoch, index) => [index + 1, epoch[of]]);
  const plot = linePlot({
    label: 'loss by epoch',
    xLabel: 'epoch',
    yLabel: 'loss',
    isLogY: true,
    lines: [
      { kind: 'training', points: line('trainingLoss') },
      { kind: 'holdout', points: line('holdoutLoss') },
    ],
    marks: [{ kind: 'best', x: bestEpoch, label: `kept: ${bestEpoch}` }],
  });
  return `<p class="key">Loss of <b class="training">training</b> and <b class="s">holdout</b>, by epoch.</p>${plot}`;
}

function falseAlarms({ threshold }: ModelCard): string {
  const { setting, level, expectedPerDay, calibration, greatestHoldoutScore } = threshold;
  const policy = `<p>${escaped(`${setting.policy} ${JSON.stringify(setting.parameters)}`)}: begins at ${numberText(level)}; `;
  const meaning =
    expectedPerDay === null
      ? 'the holdout is too short to say how often that is exceeded.</p>'
      : `${numberText(expectedPerDay)} windows a day like those of the holdout exceed that. The holdout's greatest score is ${numberText(greatestHoldoutScore)}; beyond it a generalised Pareto tail speaks.</p>`;
  const plot = linePlot({
    label: 'false alarms a day by threshold',
    xLabel: 'threshold (anomalyScore)',
    yLabel: 'windows a day',
    isLogX: true,
    isLogY: true,
    lines: [{ kind: 'holdout', points: calibration.map((point) => [point.level, point.expectedPerDay] as const) }],
    marks:
      level >= 1 && Number.isFinite(level)
        ? [{ kind: 'threshold', x: level, label: `threshold ${numberText(level)}` }]
        : [],
  });
  return policy + meaning + plot;
}

function channelTable(channels: readonly CardChannel[]): string {
  const worst = Math.max(...channels.map(({ holdout }) => holdout?.max ?? 0)) || 1;
  const hasErrors = channels.some(({ holdout }) => holdout !== null);
  const plain = htmlTable(
    [
      'channel',
      'role',
      'kind',
      'unit',
      'least',
      'greatest',
      'mean',
      'deviation',
      'missing',
      'error median',
      '90 %',
      '99 %',
      'greatest',
      'weight',
    ],
    channels.map(({ id, name, role, kind, unit, seen, holdout, weight }) => [
      id.replace(/\W+/g, ' ') === name ? id : `${id} ${name}`,
      role,
      kind,
      unit,
      ...(seen ? [seen.min, seen.max, seen.mean, seen.standardDeviation].map(numberText) : ['–', '–', '–', '–']),
      seen ? `${(100 * seen.missingShare).toFixed(1)} %` : '–',
      ...(holdout ? [holdout.median, holdout.q90, holdout.q99, holdout.max].map(numberText) : ['–', '–', '–', '–']),
      weight === null ? '–' : numberText(weight),
    ]),
  );
  const note = hasErrors
    ? `Ranges are of training, in the channel's unit; errors are of the holdout, in scaled units squared before weights.`
    : 'Ranges are of training. The bundle is of before errors were kept by channel.';
  return `<p>${note}</p>${hasErrors ? errorBars(channels, worst) : ''}${plain}`;
}

/** Holdout error of each scored channel on one logarithmic scale: to the median, and on to the 99 % quantile. */
function errorBars(channels: readonly CardChannel[], worst: number): string {
  const known = channels.flatMap(({ id, holdout }) => (holdout ? [{ id, ...holdout }] : []));
  const positive = known.map(({ median }) => median).filter((value) => value > 0);
  const top = Math.log10(worst);
  const bottom = Math.min(top - 1, Math.log10(Math.min(...positive, worst)) - 0.3);
  const share = (value: number): number =>
    value <= 0 ? 0 : Math.max(0, Math.min(1, (Math.log10(value) - bottom) / (top - bottom)));
  const labelWidth = 190;
  const fullWidth = 430;
  const high = 18;
  const bars = known.map(({ id, median, q99, max }, index) => {
    const y = index * high;
    const bar = (kind: string, value: number): string =>
      `<rect class="${kind}" x="${labelWidth}" y="${y + 3}" width="${(fullWidth * share(value)).toFixed(1)}" height="${high - 6}"/>`;
    const tip = (labelWidth + fullWidth * share(max)).toFixed(1);
    return (
      `<text class="y" x="${labelWidth - 6}" y="${y + 13}">${escaped(id.slice(-28))}</text>${bar('bar soft', q99)}${bar('bar', median)}` +
      `<line class="best" x1="${tip}" x2="${tip}" y1="${y + 2}" y2="${y + high - 2}"/>`
    );
  });
  const key =
    '<p class="key">Error of the holdout by channel on a logarithmic scale: median, 99 % quantile (pale), greatest (dashed).</p>';
  const height = known.length * high;
  return `${key}<svg class="plot" viewBox="0 0 640 ${height}" role="img" aria-label="holdout error by channel">${bars.join('')}</svg>`;
}

function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${durationMs} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${numberText(seconds / 60)} min` : `${numberText(seconds / 3600)} h`;
}
