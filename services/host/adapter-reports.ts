import type { CupolaError } from '../../pipelines/errors.ts';
import type { SpoolEvent } from '../adapters/history/spooled-history.ts';
import type { Logger } from './logger.ts';

/** Told of troubles that adapters get over by themselves. */
export interface AdapterReports {
  readonly log: (error: CupolaError) => void;
  readonly history: (event: SpoolEvent) => void;
}

/** Reports as lines of a log. */
export function loggedReports(logger: Logger): AdapterReports {
  return {
    log: (error) => logger.warn({ code: error.code, err: error }, 'the log went on after a trouble'),
    history: (event) => logHistory(logger, event),
  };
}

function logHistory(logger: Logger, event: SpoolEvent): void {
  switch (event.type) {
    case 'away':
      return logger.warn({ code: event.error.code }, `what is recorded waits on disk: ${event.error.message}`);
    case 'back':
      return logger.info({ batches: event.batches }, 'the history has what waited on disk');
    case 'lost':
      return logger.error({ ...event.lost }, `the history will never have these: ${event.reason}`);
  }
}
