import type { JSX } from 'preact';
import type { StatusSymbol as SymbolName } from '../format/status.ts';

const shapes: Readonly<Record<SymbolName, JSX.Element>> = {
  off: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.8" />,
  standby: (
    <g fill="none" stroke="currentColor" stroke-width="1.4">
      <circle cx="6" cy="6" r="4.8" />
      <circle cx="6" cy="6" r="2" fill="currentColor" stroke="none" />
    </g>
  ),
  normal: <circle cx="6" cy="6" r="4.6" fill="currentColor" />,
  caution: <rect x="1.6" y="1.6" width="8.8" height="8.8" fill="currentColor" />,
  serious: <path d="M6 .4 11.6 6 6 11.6.4 6Z" fill="currentColor" />,
  critical: <path d="M6 .6 11.8 11H.2Z" fill="currentColor" />,
};

/** One of Astro's status symbols: colour and shape say the same. Give a label where no words beside it do. */
export function StatusSymbol({ symbol, label }: { readonly symbol: SymbolName; readonly label?: string }) {
  const naming = label === undefined ? { 'aria-hidden': true as const } : { role: 'img' as const, 'aria-label': label };
  return (
    <svg class={`symbol ${symbol}`} viewBox="0 0 12 12" {...naming}>
      {shapes[symbol]}
    </svg>
  );
}
