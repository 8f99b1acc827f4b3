import { useSignalEffect } from '@preact/signals';
import { symbolCounts } from '../state/console-state.ts';
import { AnomalyPane } from './AnomalyPane.tsx';
import { FaultInjector } from './FaultInjector.tsx';
import { HeatRibbon } from './HeatRibbon.tsx';
import { StreamList } from './StreamList.tsx';
import { StreamPane } from './StreamPane.tsx';
import { ThresholdEditor } from './ThresholdEditor.tsx';
import { TopBar } from './TopBar.tsx';
import { Why } from './Why.tsx';

/** The whole page. */
export function App() {
  useSignalEffect(() => {
    const { caution = 0, serious = 0, critical = 0 } = symbolCounts.value;
    const anomalous = caution + serious + critical;
    document.title = anomalous > 0 ? `(${anomalous}) Cupola` : 'Cupola';
  });
  return (
    <>
      <TopBar />
      <StreamList />
      <StreamPane />
      <aside class="side" aria-label="Anomalies and threshold">
        <AnomalyPane />
        <Why />
        <ThresholdEditor />
        <FaultInjector />
      </aside>
      <HeatRibbon />
    </>
  );
}
