import { channelPicture } from './channel-picture.ts';
import type { ChannelResult } from './evaluate-channel.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { channelTable, figureTable, intervalsText, rangesText } from './figure-table.ts';
import { escaped, htmlNotes, htmlPage, htmlTable } from './html-page.ts';

const key =
  '<p class="key">In each picture: telemetry (of the channel that contributed most), with <b class="l">labelled</b> and ' +
  '<b class="p">predicted</b> rows below it, then the <b class="s">score</b> with its <b class="t">threshold</b> on a ' +
  'logarithmic scale.</p>';

/** An evaluation as one HTML file: the figures with their controls, and a picture of every channel. */
export function evaluationHtml(report: EvaluationReport, results: readonly ChannelResult[]): string {
  const { dataset, preset, seed, settings, figures, notes } = report;
  const all = figureTable(report);
  const each = channelTable(report);
  return htmlPage(`Detection quality on ${dataset}, preset ${preset}`, [
    `<p>Seed ${seed}; fits ${report.fitSeconds.toFixed(0)} s, scoring ${report.scoreSeconds.toFixed(0)} s over all channels.</p>`,
    '<h2>Figures, and controls that look at nothing</h2>',
    figures ? `${htmlTable(all.heading, all.rows, 1)}<p>${escaped(intervalsText(figures))}</p>` : '<p>No labels.</p>',
    htmlNotes([...notes, ...report.controls.map(({ name, summary }) => `${name}: ${summary}`)]),
    `<p><code>${escaped(JSON.stringify(settings))}</code></p>`,
    '<h2>Channels</h2>',
    htmlTable(each.heading, each.rows),
    '<h2>Pictures</h2>',
    key,
    ...results.map(channelSection),
  ]);
}

function channelSection(result: ChannelResult): string {
  const { channel, failure, predicted, labelled, model } = result.entry;
  const what = failure
    ? `No model: ${failure.message}`
    : `predicted ${rangesText(predicted)}; labelled ${rangesText(labelled)}; ${model?.modelVersion ?? 'no model'}`;
  const heading = `<h3>${escaped(channel)}</h3><p>${escaped(what)}; telemetry: ${escaped(result.trace.channelId)}</p>`;
  return `<section>${heading}${channelPicture(result)}</section>`;
}
