import { hostname } from 'node:os';
import { pid } from 'node:process';

/** What others know this process by. */
export const processName = `cupola-${hostname()}-${pid}`;
