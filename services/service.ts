/** A service that runs until it is stopped. */
export interface RunningService {
  readonly name: string;
  /** Resolves once the service has ended of itself or after stop(); rejects if it failed. */
  readonly finished: Promise<void>;
  /** Ends it in good order: what was taken in is committed, nothing is left half done. */
  stop(): Promise<void>;
}
