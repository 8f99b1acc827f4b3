import type { FaultRange } from '../../../pipelines/fault-request.ts';
import { stationTime } from '../format/station-time.ts';
import { detail } from '../state/chosen-view.ts';
import {
  chooseFaultKind,
  chosenFault,
  faultForm,
  faultRefusal,
  injectFault,
  possibleFaults,
  sentFault,
  type FaultForm,
} from '../state/fault-form.ts';
import { operatorName } from '../state/operator.ts';

/** A form that asks the simulated station for a fault of the chosen stream; nothing where no simulator feeds it. */
export function FaultInjector() {
  const [form, fault] = [faultForm.value, chosenFault.value];
  if (!form || !fault) return null;
  return (
    <details class="threshold injector">
      <summary>Inject fault</summary>
      <form onSubmit={inject} noValidate>
        <label class="field">
          <span>kind</span>
          <select value={form.kind} onChange={({ currentTarget }) => chooseFaultKind(currentTarget.value)}>
            {possibleFaults.value.map(({ kind }) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>in</span>
          <select value={form.channelId} onChange={({ currentTarget }) => type('channelId', currentTarget.value)}>
            {fault.channelIds.map((id) => (
              <option key={id} value={id}>
                {detail.value?.channels.find((channel) => channel.id === id)?.name ?? id}
              </option>
            ))}
          </select>
        </label>
        {fault.amplitudeSigma && <NumberField name="amplitudeSigma" words="sigma" range={fault.amplitudeSigma} />}
        <NumberField name="durationS" words="seconds" range={inSeconds(fault.durationMs)} />
        <div class="actions">
          <button type="submit" class="primary">
            Inject
          </button>
          <Outcome />
        </div>
      </form>
    </details>
  );
}

function inject(event: Event): void {
  event.preventDefault();
  void injectFault(operatorName());
}

/** Fields of the form, and what the API calls them. */
const requestFields = { amplitudeSigma: 'amplitudeSigma', durationS: 'durationMs' } as const;

interface NumberFieldProps {
  readonly name: keyof typeof requestFields;
  readonly words: string;
  readonly range: FaultRange;
}

function NumberField({ name, words, range }: NumberFieldProps) {
  const refused = faultRefusal.value?.field?.endsWith(requestFields[name]) ?? false;
  return (
    <label class="field">
      <span>{words}</span>
      <input
        class="num"
        inputMode="decimal"
        name={name}
        value={faultForm.value?.[name]}
        aria-invalid={refused}
        aria-describedby={`bounds-${name}`}
        onInput={({ currentTarget }) => type(name, currentTarget.value)}
      />
      <span class={`bounds num ${refused ? 'critical' : 'faint'}`} id={`bounds-${name}`}>
        {range.min} to {range.max}
      </span>
    </label>
  );
}

/** What became of the newest fault that was asked for here. */
function Outcome() {
  const refused = faultRefusal.value;
  const status = sentFault.value;
  if (refused)
    return (
      <span class="progress critical" role="alert">
        {refused.message}
      </span>
    );
  if (!status) return null;
  if (!status.injected)
    return (
      <span class="progress" role="status">
        <i class="pulse" aria-hidden="true" /> asked; the simulator takes it next
      </span>
    );
  return (
    <span class="progress applied" role="status">
      {status.injected.kind} from <b class="num">{stationTime(status.injected.startMs)}</b>
    </span>
  );
}

function type(field: keyof FaultForm, text: string): void {
  if (faultForm.value) faultForm.value = { ...faultForm.value, [field]: text };
}

function inSeconds({ min, max, usual }: FaultRange): FaultRange {
  return { min: min / 1000, max: max / 1000, usual: usual / 1000 };
}
