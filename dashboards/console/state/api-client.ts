import type {
  AnomalyDetail,
  ApiError,
  CommandRequest,
  CommandStatus,
  PolicyDescription,
  PossibleFaultList,
  Ribbon,
  SimilarIncidents,
  StreamCodes,
  StreamDetail,
  StreamView,
  ThresholdOutcome,
  TimeSpan,
} from '../../../services/console/api.ts';
import type { ThresholdSetting } from '../../../pipelines/thresholds/threshold-setting.ts';

/** A request that the console refused, or that did not reach it. */
export class RequestFailed extends Error {
  readonly answer: ApiError;

  constructor(answer: ApiError) {
    super(answer.message);
    this.answer = answer;
  }
}

/** What a request that came to nothing was refused with, be it that there was nobody to refuse it. */
export function refusalOf(error: unknown): ApiError {
  const unreachable = { code: '', message: 'The console service cannot be reached.', field: null, value: null };
  return error instanceof RequestFailed ? error.answer : { ...unreachable, bound: null, remedy: '' };
}

export interface ViewQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly points?: number;
  readonly binMs?: number;
  readonly channel?: readonly string[];
}

export function fetchStream(stream: string): Promise<StreamDetail> {
  return get(`/api/streams/${encodeURIComponent(stream)}`);
}

export function fetchView(stream: string, query: ViewQuery): Promise<StreamView> {
  return get(`/api/streams/${encodeURIComponent(stream)}/view?${encode({ ...query })}`);
}

export function fetchRibbon(query: ViewQuery): Promise<Ribbon> {
  return get(`/api/ribbon?${encode({ ...query })}`);
}

export function fetchAnomaly(id: string): Promise<AnomalyDetail> {
  return get(`/api/anomalies/${encodeURIComponent(id)}`);
}

/** The earlier anomalies that one is most like. */
export function fetchSimilar(id: string): Promise<SimilarIncidents> {
  return get(`/api/anomalies/${encodeURIComponent(id)}/similar`);
}

/** Codes of the windows of a range; of ordinary ones at most `limit`. */
export function fetchCodes(stream: string, range: TimeSpan, limit: number): Promise<StreamCodes> {
  const query = encode({ fromMs: Math.max(0, Math.floor(range.fromMs)), toMs: Math.ceil(range.toMs), limit });
  return get(`/api/streams/${encodeURIComponent(stream)}/codes?${query}`);
}

export function fetchPolicies(): Promise<{ readonly policies: readonly PolicyDescription[] }> {
  return get('/api/policies');
}

export function fetchPossibleFaults(stream: string): Promise<PossibleFaultList> {
  return get(`/api/streams/${encodeURIComponent(stream)}/possible-faults`);
}

/** What the setting would have given over a time. */
export function fetchOutcome(
  stream: string,
  { policy, parameters }: ThresholdSetting,
  range: TimeSpan,
): Promise<ThresholdOutcome> {
  const query = encode({ policy, ...parameters, fromMs: Math.floor(range.fromMs), toMs: Math.ceil(range.toMs) });
  return get(`/api/streams/${encodeURIComponent(stream)}/threshold-outcome?${query}`);
}

export function sendCommand(command: CommandRequest): Promise<CommandStatus> {
  return answer(
    fetch('/api/commands', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    }),
  );
}

function get<T>(path: string): Promise<T> {
  return answer(fetch(path));
}

async function answer<T>(request: Promise<Response>): Promise<T> {
  const response = await request;
  const body: unknown = await response.json();
  if (!response.ok) throw new RequestFailed(body as ApiError);
  return body as T;
}

function encode(query: Readonly<Record<string, string | number | readonly string[] | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value ?? []].flat()) parameters.append(name, String(one));
  return parameters.toString();
}
