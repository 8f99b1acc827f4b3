import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { SettableClock } from '../settable-clock.ts';
import { clockConformance } from './clock.ts';

clockConformance('system', systemClock, (durationMs) => wait(durationMs));

const settable = new SettableClock(1_700_000_000_000);
clockConformance('settable, for tests', settable, (durationMs) => settable.advance(durationMs));
