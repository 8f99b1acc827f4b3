/** What a source has to say of its connection to where its telemetry comes from. */
export interface SourceReport {
  readonly source: string;
  /** Whether telemetry can come. */
  readonly isWell: boolean;
  readonly message: string;
}

/** Told whenever that changes. */
export type ReportSource = (report: SourceReport) => void;

/** Tells each change once: a server that stays away is no news. */
export function onlyChanges(source: string, report: ReportSource): (isWell: boolean, message: string) => void {
  let last: string | null = null;
  return (isWell, message) => {
    if (message !== last) report({ source, isWell, message });
    last = message;
  };
}
