import { computed } from '@preact/signals';
import { excessSymbol, streamSymbol, symbols, type StatusSymbol } from '../format/status.ts';
import { ribbon } from './all-streams-ribbon.ts';
import { streams } from './console-state.ts';

/** One stream in the ribbon. */
export interface RibbonRow {
  readonly stream: string;
  readonly name: string;
  readonly symbol: StatusSymbol;
  /** Greatest score over its threshold in sight; null where nothing was scored. */
  readonly peak: number | null;
  readonly ratio: readonly (number | null)[];
}

/** Streams, worst first: by what they are doing now, then by their greatest excess in sight. */
export const ribbonRows = computed<readonly RibbonRow[]>(() => {
  const rows = ribbon.value?.streams.flatMap(({ stream, ratio }) => {
    const known = streams.value.get(stream)?.value;
    if (!known) return [];
    const peak = ratio.reduce((most, value) => (value !== null && value > (most ?? -1) ? value : most), null);
    return [{ stream, name: known.name, symbol: streamSymbol(known), peak, ratio }];
  });
  return (rows ?? []).toSorted((a, b) => rank(b) - rank(a) || (b.peak ?? -1) - (a.peak ?? -1));
});

function rank({ symbol }: RibbonRow): number {
  return symbols.indexOf(symbol) >= symbols.indexOf('caution') ? symbols.indexOf(symbol) : 0;
}

/** The symbol of a row's peak. */
export function peakSymbol({ peak }: RibbonRow): StatusSymbol {
  return peak === null ? 'off' : excessSymbol(peak);
}
