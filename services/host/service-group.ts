import { CupolaError } from '../../pipelines/errors.ts';
import type { RunningService } from '../service.ts';
import type { Logger } from './logger.ts';

/** Services that start one after another, end in the opposite order, and of which none may fail unnoticed. */
export class ServiceGroup {
  readonly #logger: Logger;
  readonly #running: RunningService[] = [];
  readonly #failure = Promise.withResolvers<never>();
  #stopping = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    // Whoever never looks at `failed` must not die of it.
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects with the first failure of a service, and never resolves. Errors: CUPOLA_SERVICE_FAILED, or the service's own. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  add(service: RunningService): void {
    this.#running.push(service);
    this.#logger.debug({ service: service.name }, 'service started');
    service.finished.then(
      () => this.#stopping || this.#logger.info({ service: service.name }, 'service has nothing more to do'),
      (error: unknown) => this.#fail(service.name, error),
    );
  }

  #fail(name: string, cause: unknown): void {
    this.#logger.error({ service: name, err: cause }, 'service failed');
    const detail = `${name}: ${cause instanceof Error ? cause.message : String(cause)}`;
    const known = cause instanceof CupolaError ? cause : new CupolaError('CUPOLA_SERVICE_FAILED', detail, { cause });
    this.#failure.reject(known);
  }

  /** Stops the newest first; what follows it in the way of the data ends after what feeds it. */
  async stop(isChosen: (service: RunningService) => boolean = () => true): Promise<void> {
    this.#stopping = true;
    for (const service of this.#running.filter(isChosen).reverse()) {
      this.#running.splice(this.#running.indexOf(service), 1);
      // A service that failed says so again here; `failed` has it already.
      await service.stop().catch((error: unknown) => this.#logger.debug({ service: service.name, err: error }, 'stop'));
      this.#logger.debug({ service: service.name }, 'service stopped');
    }
  }
}
