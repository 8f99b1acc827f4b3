import { StatusSymbol } from './StatusSymbol.tsx';

/** What the ribbon's colours and the symbols stand for. */
export function RibbonLegend({ hidden }: { readonly hidden: number }) {
  return (
    <div class="legend">
      <h2>All streams, worst first</h2>
      <p>
        peak score over its threshold
        {hidden > 0 && `; ${hidden} calmer not shown`}
      </p>
      <ul>
        <li>
          <i class="ramp" aria-hidden="true" /> up to 1 ×
        </li>
        <li>
          <StatusSymbol symbol="caution" /> over 1 ×
        </li>
        <li>
          <StatusSymbol symbol="serious" /> over 2 ×
        </li>
        <li>
          <StatusSymbol symbol="critical" /> over 5 ×
        </li>
        <li>
          <i class="unscored" aria-hidden="true" /> not scored
        </li>
      </ul>
      <p class="keys">
        <kbd>↑</kbd> <kbd>↓</kbd> streams <kbd>←</kbd> <kbd>→</kbd> time <kbd>L</kbd> live <kbd>A</kbd> all
      </p>
    </div>
  );
}
