import type { ErrorCode } from '../../pipelines/errors.ts';

/** What scripts can go by. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'failed' },
  usage: { code: 2, meaning: 'wrong command line or configuration' },
  unreachable: { code: 3, meaning: 'no running system answers' },
  /** As shells count SIGINT. */
  interrupted: { code: 130, meaning: 'interrupted' },
} as const;

/** The exit code of an error. */
export function exitCodeOf(code: string): number {
  return (codes[code as ErrorCode] ?? exitCodes.failed).code;
}

const codes: Partial<Record<ErrorCode, { readonly code: number }>> = {
  CUPOLA_USAGE_INVALID: exitCodes.usage,
  CUPOLA_CONFIG_INVALID: exitCodes.usage,
  CUPOLA_ARCHITECTURE_INVALID: exitCodes.usage,
  CUPOLA_SCORING_INVALID: exitCodes.usage,
  CUPOLA_THRESHOLD_INVALID: exitCodes.usage,
  CUPOLA_REQUEST_INVALID: exitCodes.usage,
  CUPOLA_SYSTEM_UNREACHABLE: exitCodes.unreachable,
  CUPOLA_TRAINING_ABORTED: exitCodes.interrupted,
};

/** For --help and the documentation. */
export function exitCodesText(): string {
  return `Exit codes: ${Object.values(exitCodes)
    .map(({ code, meaning }) => `${code} ${meaning}`)
    .join('; ')}.`;
}
