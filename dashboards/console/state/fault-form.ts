import { batch, computed, effect, signal } from '@preact/signals';
import type { PossibleFault } from '../../../pipelines/fault-request.ts';
import type { ApiError, CommandStatus } from '../../../services/console/api.ts';
import { fetchPossibleFaults, refusalOf, sendCommand } from './api-client.ts';
import { commands, selectedStream } from './console-state.ts';

/** What stands in the form: numbers as they are typed. */
export interface FaultForm {
  readonly kind: string;
  readonly channelId: string;
  readonly amplitudeSigma: string;
  readonly durationS: string;
}

/** What the chosen stream can have; empty where no simulator feeds it. */
export const possibleFaults = signal<readonly PossibleFault[]>([]);
export const faultForm = signal<FaultForm | null>(null);
export const faultRefusal = signal<ApiError | null>(null);
const sentStatus = signal<CommandStatus | null>(null);

/** The kind of fault that the form asks for. */
export const chosenFault = computed(() => possibleFaults.value.find(({ kind }) => kind === faultForm.value?.kind));

/** What became of the newest fault that was asked for from here, of the chosen stream. */
export const sentFault = computed(() => {
  const known = commands.value.get(sentStatus.value?.id ?? '') ?? sentStatus.value;
  return known?.stream === selectedStream.value ? known : null;
});

/** Asks what can befall the chosen stream, whenever another is chosen. */
export function followFaultForm(): void {
  effect(() => void load(selectedStream.value));
}

/** Chooses a kind, as strong and long as is usual, on the same channel where it can have it. */
export function chooseFaultKind(kind: string): void {
  const fault = possibleFaults.value.find((one) => one.kind === kind);
  if (!fault) return;
  const channelId = fault.channelIds.find((id) => id === faultForm.value?.channelId) ?? fault.channelIds[0]!;
  const amplitudeSigma = `${fault.amplitudeSigma?.usual ?? ''}`;
  faultForm.value = { kind, channelId, amplitudeSigma, durationS: `${fault.durationMs.usual / 1000}` };
}

/** Asks for the fault that stands in the form. */
export async function injectFault(issuedBy: string): Promise<void> {
  const stream = selectedStream.value;
  const fault = chosenFault.value;
  if (stream === null || !faultForm.value || !fault) return;
  const { channelId, amplitudeSigma, durationS } = faultForm.value;
  const request = {
    kind: fault.kind,
    channelId,
    amplitudeSigma: fault.amplitudeSigma && Number(amplitudeSigma),
    startsAfterMs: 0,
    durationMs: Number(durationS) * 1000,
  };
  try {
    const status = await sendCommand({ type: 'inject-fault', stream, fault: request, issuedBy });
    batch(() => {
      sentStatus.value = status;
      faultRefusal.value = null;
    });
  } catch (error) {
    faultRefusal.value = refusalOf(error);
  }
}

async function load(stream: string | null): Promise<void> {
  const answer = stream === null ? null : await fetchPossibleFaults(stream).catch(() => null);
  if (selectedStream.peek() !== stream) return;
  batch(() => {
    possibleFaults.value = answer?.faults ?? [];
    faultForm.value = faultRefusal.value = null;
    chooseFaultKind(possibleFaults.value[0]?.kind ?? '');
  });
}
