import { useSignal } from '@preact/signals';
import { anomalies, faults, status, streams } from '../state/console-state.ts';
import { AnomalyCard } from './AnomalyCard.tsx';
import { CodeMap } from './CodeMap.tsx';
import { FaultCard } from './FaultCard.tsx';

const shown = 60;

/** What the detector found, newest first, in a simulation what it should find, and the codes of the windows in sight. */
export function AnomalyPane() {
  const tab = useSignal<'anomalies' | 'faults' | 'map'>('anomalies');
  const open = anomalies.value.filter(({ state }) => state === 'open').length;
  const simulated = status.value?.simulated ?? false;
  const listed = anomalies.value.toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open'));
  return (
    <section class="anomalies">
      <div class="tabs" role="tablist" aria-label="Anomalies, injected faults and codes">
        <button
          type="button"
          role="tab"
          id="tab-anomalies"
          aria-controls="anomaly-list"
          aria-selected={tab.value === 'anomalies'}
          onClick={() => (tab.value = 'anomalies')}
        >
          Anomalies <span class="num">{open > 0 ? `${open} open` : anomalies.value.length}</span>
        </button>
        {simulated && (
          <button
            type="button"
            role="tab"
            id="tab-faults"
            aria-controls="anomaly-list"
            aria-selected={tab.value === 'faults'}
            onClick={() => (tab.value = 'faults')}
          >
            Injected faults <span class="num">{faults.value.length}</span>
          </button>
        )}
        <button
          type="button"
          role="tab"
          id="tab-map"
          aria-controls="anomaly-list"
          aria-selected={tab.value === 'map'}
          onClick={() => (tab.value = 'map')}
        >
          Map
        </button>
      </div>
      <div class="cards" id="anomaly-list" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        {tab.value === 'map' && <CodeMap />}
        {tab.value === 'faults' &&
          faults.value.slice(0, shown).map((fault) => <FaultCard key={fault.id} fault={fault} />)}
        {tab.value === 'anomalies' &&
          listed.slice(0, shown).map((anomaly) => <AnomalyCard key={anomaly.id} anomaly={anomaly} />)}
        {tab.value === 'anomalies' && listed.length === 0 && (
          <p class="hint">
            {streams.value.size === 0
              ? 'Nothing is watched yet.'
              : 'No anomaly. Each stretch in which a score exceeds its threshold will stand here with what moved.'}
          </p>
        )}
      </div>
    </section>
  );
}
