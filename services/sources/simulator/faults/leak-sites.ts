import { noLeaks } from '../station.ts';
import type { Leaks } from '../station.ts';
import { inventoryPerKpa } from '../subsystems/thermal.ts';
import type { WaterLoopName } from '../subsystems/thermal.ts';

/** A place that can leak: the channel that falls, and all else that the physics makes move. */
export interface LeakSite {
  readonly stream: string;
  /** The channel whose fall is the leak's amplitude. */
  readonly channelId: string;
  /** Others of the same stream. */
  readonly alsoIds: readonly string[];
  /** By other stream. */
  readonly coupledIds: Readonly<Record<string, readonly string[]>>;
  /** What the station loses when the channel falls by `perS` of its unit each second. */
  readonly leaks: (perS: number) => Leaks;
}

function coolantLeak(name: WaterLoopName, channelId: string): LeakSite {
  return {
    stream: 'thermal-internal',
    channelId,
    alsoIds: [],
    coupledIds: {},
    leaks: (perS) => ({ ...noLeaks, coolantPctPerS: { ...noLeaks.coolantPctPerS, [name]: perS } }),
  };
}

const sites: readonly LeakSite[] = [
  {
    // Less ammonia: the pump starves, the outlet warms, and so do the water loops that it cools.
    stream: 'thermal-external',
    channelId: 'S1000002',
    alsoIds: ['S1000001', 'S1000003'],
    coupledIds: {
      'thermal-internal': ['USLAB000061', 'USLAB000056', 'NODE2000006', 'NODE2000002', 'NODE3000012', 'NODE3000017'],
    },
    leaks: (perS) => ({ ...noLeaks, ammoniaPerS: { a: perS * inventoryPerKpa.a, b: 0 } }),
  },
  {
    stream: 'thermal-external',
    channelId: 'P1000002',
    alsoIds: ['P1000001', 'P1000003'],
    coupledIds: {
      'thermal-internal': ['USLAB000060', 'USLAB000057', 'NODE2000007', 'NODE2000001', 'NODE3000013', 'NODE3000019'],
    },
    leaks: (perS) => ({ ...noLeaks, ammoniaPerS: { a: 0, b: perS * inventoryPerKpa.b } }),
  },
  coolantLeak('labLow', 'USLAB000056'),
  coolantLeak('labMedium', 'USLAB000057'),
  coolantLeak('node2Low', 'NODE2000002'),
  coolantLeak('node2Medium', 'NODE2000001'),
  coolantLeak('node3Low', 'NODE3000019'),
  coolantLeak('node3Medium', 'NODE3000017'),
  {
    // Cabin air takes its gases along; the airlock follows, the generator and the nitrogen valve answer.
    stream: 'atmosphere',
    channelId: 'USLAB000058',
    alsoIds: ['USLAB000053', 'USLAB000054', 'USLAB000055', 'NODE3000001', 'NODE3000002', 'NODE3000003'],
    coupledIds: { oxygen: ['AIRLOCK000054', 'AIRLOCK000049', 'AIRLOCK000052', 'AIRLOCK000057', 'NODE3000011'] },
    leaks: (perS) => ({ ...noLeaks, cabinMmhgPerS: perS }),
  },
  {
    stream: 'oxygen',
    channelId: 'AIRLOCK000055',
    alsoIds: [],
    coupledIds: {},
    leaks: (perS) => ({ ...noLeaks, oxygenTankKpaPerS: perS }),
  },
  {
    stream: 'oxygen',
    channelId: 'AIRLOCK000057',
    alsoIds: [],
    coupledIds: {},
    leaks: (perS) => ({ ...noLeaks, nitrogenTankKpaPerS: perS }),
  },
  {
    // Less waste water is processed into less clean water.
    stream: 'water',
    channelId: 'NODE3000008',
    alsoIds: ['NODE3000009'],
    coupledIds: {},
    leaks: (perS) => ({ ...noLeaks, wasteWaterPctPerS: perS }),
  },
  {
    stream: 'water',
    channelId: 'NODE3000009',
    alsoIds: [],
    coupledIds: {},
    leaks: (perS) => ({ ...noLeaks, cleanWaterPctPerS: perS }),
  },
];

/** Where the station can leak, by the channel that falls. */
export const leakSites: ReadonlyMap<string, LeakSite> = new Map(sites.map((site) => [site.channelId, site]));
