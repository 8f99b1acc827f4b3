import { batch, computed, effect, signal } from '@preact/signals';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';
import type { ApiError, CommandStatus, ThresholdOutcome } from '../../../services/console/api.ts';
import { fetchOutcome, refusalOf, sendCommand } from './api-client.ts';
import { chosen, commands, policies, selectedStream } from './console-state.ts';
import { visibleRange } from './time-range.ts';

const previewAfterMs = 150;

/** What stands in the form: parameters as they are typed. */
export interface ThresholdForm {
  readonly policy: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export const form = signal<ThresholdForm | null>(null);
/** What the form's setting would have given in sight; null while it is what governs, or is refused. */
export const outcome = signal<ThresholdOutcome | null>(null);
export const refusal = signal<ApiError | null>(null);
const sentId = signal<string | null>(null);
const sentStatus = signal<CommandStatus | null>(null);

/** What became of the newest command that was sent from here for the chosen stream. */
export const sent = computed(() => {
  const known = commands.value.get(sentId.value ?? '') ?? sentStatus.value;
  return known?.stream === selectedStream.value ? known : null;
});

/** Whether the form asks for something else than what governs. */
export const changed = computed(() => form.value !== null && keyOf(setting(form.value)) !== governingKey.value);

const governingKey = computed(() => {
  const governing = chosen.value?.threshold?.setting;
  return governing ? keyOf(setting(asTyped(governing))) : null;
});

/** Fills the form with what governs, whenever that changes, and works out what else is typed into it. */
export function followThresholdForm(): void {
  const occasion = computed(() => `${selectedStream.value}/${governingKey.value}`);
  effect(() => {
    void occasion.value;
    const governing = chosen.peek()?.threshold?.setting;
    batch(() => {
      form.value = governing ? asTyped(governing) : null;
      refusal.value = null;
    });
  });
  let waiting = 0;
  effect(() => {
    clearTimeout(waiting);
    outcome.value = null;
    const current = form.value;
    if (current && changed.value) waiting = window.setTimeout(() => void tryOut(current), previewAfterMs);
    else refusal.value = null;
  });
}

/** Chooses a policy, with its parameters at their defaults. */
export function choosePolicy(name: string): void {
  form.value = asTyped({ policy: name, parameters: {} });
}

export function typeParameter(name: string, text: string): void {
  if (form.value) form.value = { ...form.value, parameters: { ...form.value.parameters, [name]: text } };
}

/** Sends the form as a command. */
export async function applyThreshold(issuedBy: string, reason: string): Promise<void> {
  const stream = selectedStream.value;
  if (stream === null || !form.value) return;
  try {
    const status = await sendCommand({
      type: 'set-threshold',
      stream,
      setting: setting(form.value),
      issuedBy,
      reason,
    });
    batch(() => {
      sentId.value = status.id;
      sentStatus.value = status;
      refusal.value = null;
    });
  } catch (error) {
    refusal.value = refusalOf(error);
  }
}

async function tryOut(current: ThresholdForm): Promise<void> {
  const stream = selectedStream.value!;
  refusal.value = outOfBounds(current);
  if (refusal.value) return;
  try {
    const found = await fetchOutcome(stream, setting(current), visibleRange.peek()!);
    if (form.peek() !== current) return;
    batch(() => {
      outcome.value = found;
      refusal.value = null;
    });
  } catch (error) {
    if (form.peek() === current) refusal.value = refusalOf(error);
  }
}

/** What the service would refuse, said before it is asked. */
function outOfBounds(current: ThresholdForm): ApiError | null {
  const { parameters } = policies.value.find(({ name }) => name === current.policy) ?? { parameters: [] };
  const wanted = setting(current).parameters;
  const wrong = parameters.find(({ name, min, max }) => !(wanted[name]! >= min && wanted[name]! <= max));
  if (!wrong) return null;
  const { name, min, max } = wrong;
  const bound = `must be a number from ${min} to ${max}`;
  const message = `${name} ${bound}`;
  return { code: 'CUPOLA_THRESHOLD_INVALID', message, field: name, value: wanted[name], bound, remedy: '' };
}

function setting({ policy, parameters }: ThresholdForm): ThresholdSetting {
  const numbers = Object.entries(parameters).map(([name, text]) => [name, text.trim() === '' ? NaN : Number(text)]);
  return { policy, parameters: Object.fromEntries(numbers) };
}

/** A setting of before lacks parameters that came later: those have their defaults. */
function asTyped({ policy, parameters }: ThresholdSetting): ThresholdForm {
  const every = { ...defaultsOf(policy), ...parameters };
  return { policy, parameters: Object.fromEntries(Object.entries(every).map(([name, value]) => [name, `${value}`])) };
}

function defaultsOf(policy: string): Record<string, number> {
  const parameters = policies.value.find(({ name }) => name === policy)?.parameters ?? [];
  return Object.fromEntries(parameters.map((one) => [one.name, one.default]));
}

function keyOf({ policy, parameters }: ThresholdSetting): string {
  return JSON.stringify([policy, Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
