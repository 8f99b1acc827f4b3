import { hostname } from 'node:os';

/** What others know this process by. */
export const processName = `cupola-${hostname()}-${process.pid}`;
