import type { Signal } from '@preact/signals';
import type { StreamSnapshot } from '../../../services/console/api.ts';
import { score } from '../format/quantity.ts';
import { stateWords, streamSymbol } from '../format/status.ts';
import { chooseStream, selectedStream } from '../state/console-state.ts';
import { Sparkline } from './Sparkline.tsx';
import { StatusSymbol } from './StatusSymbol.tsx';

/** One stream: symbol, name, recent scores against the threshold, and the newest. */
export function StreamRow({ stream }: { readonly stream: Signal<StreamSnapshot> }) {
  const current = stream.value;
  const symbol = streamSymbol(current);
  const words = stateWords(current);
  const warming = current.state === 'warming-up';
  return (
    <li>
      <button
        type="button"
        id={`stream-${current.stream}`}
        class="stream-row"
        aria-current={selectedStream.value === current.stream ? 'true' : undefined}
        onClick={() => chooseStream(current.stream)}
      >
        <StatusSymbol symbol={symbol} label={symbol} />
        <span class="name" title={current.name}>
          {current.name}
        </span>
        {warming ? <WarmUp stream={current} /> : <Sparkline stream={stream} />}
        {words === '' ? (
          <span class={`num newest ${symbol}`}>{current.score && score(current.score.anomalyScore)}</span>
        ) : (
          <span class="newest words">{words}</span>
        )}
      </button>
    </li>
  );
}

function WarmUp({ stream: { remainingMs, warmUpMs } }: { readonly stream: StreamSnapshot }) {
  const done = 1 - (remainingMs ?? warmUpMs) / warmUpMs;
  return <progress class="warm-up" aria-label="Warm-up" value={Math.max(0, done)} max={1} />;
}
