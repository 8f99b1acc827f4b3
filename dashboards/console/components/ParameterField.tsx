import type { PolicyParameter } from '../../../pipelines/thresholds/threshold-policy.ts';
import { refusal, typeParameter } from '../state/threshold-form.ts';

/** One parameter of a threshold policy, with the bounds that it is held to. */
export function ParameterField({ parameter, text }: { readonly parameter: PolicyParameter; readonly text: string }) {
  const { name, title, min, max } = parameter;
  const refused = refusal.value?.field?.endsWith(name) ?? false;
  return (
    <label class="field">
      <span title={title}>
        {name} <small class="faint">{title}</small>
      </span>
      <input
        class="num"
        inputMode="decimal"
        name={name}
        value={text}
        aria-invalid={refused}
        aria-describedby={`bounds-${name}`}
        onInput={({ currentTarget }) => typeParameter(name, currentTarget.value)}
      />
      <span class={`bounds num ${refused ? 'critical' : 'faint'}`} id={`bounds-${name}`}>
        {min} to {max}
      </span>
    </label>
  );
}
