import { useSignal } from '@preact/signals';
import type { Judgement } from '../../../pipelines/commands.ts';
import type { AnomalySummary } from '../../../services/console/api.ts';
import { refusalOf, sendCommand } from '../state/api-client.ts';
import { operatorName } from '../state/operator.ts';

const choices: readonly (readonly [Judgement, string])[] = [
  ['anomaly', 'Anomaly'],
  ['normal', 'Normal'],
  ['unsure', 'Unsure'],
];

/** What the operator makes of the chosen anomaly: it decides what models learn from. The newest verdict holds. */
export function VerdictButtons({ anomaly }: { readonly anomaly: AnomalySummary }) {
  const refusal = useSignal<string | null>(null);
  const given = anomaly.verdict?.judgement;
  return (
    <div class="verdict" role="group" aria-label="Verdict">
      <span>verdict</span>
      <span class="segments">
        {choices.map(([judgement, label]) => (
          <button
            key={judgement}
            type="button"
            aria-pressed={given === judgement}
            onClick={() => void give(anomaly, judgement).then((because) => (refusal.value = because))}
          >
            {label}
          </button>
        ))}
      </span>
      {refusal.value && (
        <span class="critical" role="alert">
          {refusal.value}
        </span>
      )}
    </div>
  );
}

/** Sends the verdict; returns why it was refused, or null. It shows once the feed brings it back. */
async function give({ id, stream, startMs, endMs }: AnomalySummary, judgement: Judgement): Promise<string | null> {
  const subject = { stream, fromMs: startMs, toMs: endMs, anomalyId: id };
  try {
    await sendCommand({ type: 'judge', ...subject, judgement, issuedBy: operatorName() });
    return null;
  } catch (error) {
    return refusalOf(error).message;
  }
}
