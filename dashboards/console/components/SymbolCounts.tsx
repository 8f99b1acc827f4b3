import { symbols } from '../format/status.ts';
import { symbolCounts } from '../state/console-state.ts';
import { StatusSymbol } from './StatusSymbol.tsx';

/** How many streams show each symbol, worst first; what no stream shows stands back. */
export function SymbolCounts() {
  const counts = symbolCounts.value;
  return (
    <ul class="counts" aria-label="Streams by status">
      {symbols.toReversed().map((symbol) => (
        <li key={symbol} class={counts[symbol] === 0 ? 'none' : ''} title={`${counts[symbol]} ${symbol}`}>
          <StatusSymbol symbol={symbol} label={symbol} />
          <span class="num">{counts[symbol]}</span>
        </li>
      ))}
    </ul>
  );
}
