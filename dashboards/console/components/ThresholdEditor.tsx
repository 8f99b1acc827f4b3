import { useSignal } from '@preact/signals';
import { score } from '../format/quantity.ts';
import { timeNear } from '../format/station-time.ts';
import { thresholdWords } from '../format/threshold-words.ts';
import { chosen, policies, status } from '../state/console-state.ts';
import { keepOperatorName, operatorName } from '../state/operator.ts';
import { applyThreshold, changed, choosePolicy, form, refusal } from '../state/threshold-form.ts';
import { CommandProgress } from './CommandProgress.tsx';
import { ParameterField } from './ParameterField.tsx';
import { ThresholdPreview } from './ThresholdPreview.tsx';

/** What governs the chosen stream's threshold, and a form that asks for another. */
export function ThresholdEditor() {
  const issuedBy = useSignal(operatorName());
  const reason = useSignal('');
  const current = form.value;
  const policy = policies.value.find(({ name }) => name === current?.policy);
  const apply = (event: Event): void => {
    event.preventDefault();
    keepOperatorName(issuedBy.value);
    void applyThreshold(issuedBy.value, reason.value);
  };
  return (
    <section class="threshold" aria-label="Threshold">
      <h2>Threshold</h2>
      <Governing />
      {current && policy && (
        <form onSubmit={apply} noValidate>
          <label class="field">
            <span>policy</span>
            <select value={current.policy} onChange={({ currentTarget }) => choosePolicy(currentTarget.value)}>
              {policies.value.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          {policy.parameters.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              text={current.parameters[parameter.name] ?? ''}
            />
          ))}
          <div class="by">
            <label class="field">
              <span>by</span>
              <input
                value={issuedBy.value}
                maxLength={100}
                onInput={(event) => (issuedBy.value = event.currentTarget.value)}
              />
            </label>
            <label class="field">
              <span>why</span>
              <input
                value={reason.value}
                maxLength={1000}
                onInput={(event) => (reason.value = event.currentTarget.value)}
              />
            </label>
          </div>
          <ThresholdPreview />
          <div class="actions">
            <button type="submit" class="primary" disabled={!changed.value || refusal.value !== null}>
              Apply
            </button>
            <CommandProgress />
          </div>
        </form>
      )}
    </section>
  );
}

/** What governs now, since when, and by whom. */
function Governing() {
  const step = chosen.value?.threshold;
  if (!step) return <p class="hint">None yet: a model brings its own with the first window that it scores.</p>;
  return (
    <p class="governing">
      <span class="num level">{step.level === null ? '–' : score(step.level)}</span>
      <span>
        {thresholdWords(step.setting, policies.value)}
        <br />
        <span class="dim">
          since <span class="num">{timeNear(step.fromMs, status.value?.stationTimeMs ?? step.fromMs)}</span> by{' '}
          {step.issuedBy}
          {step.reason && `: ${step.reason}`}
        </span>
      </span>
    </p>
  );
}
