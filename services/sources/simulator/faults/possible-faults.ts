import { faultRanges, type PossibleFault, type PossibleFaults } from '../../../../pipelines/fault-request.ts';
import { faultKinds, type FaultKind } from '../../../../pipelines/truth.ts';
import { stationStreams } from '../station-streams.ts';
import { leakSites } from './leak-sites.ts';

/** The faults that can be asked for: any kind on any scored channel, but leaks only where the station can leak. */
export const possibleFaults: PossibleFaults = new Map(
  stationStreams.map(({ stream, channels }) => {
    const scored = channels.filter(({ role }) => role === 'scored').map(({ id }) => id);
    const faults = faultKinds.map((kind) => possibleFault(kind, scored));
    return [stream, faults.filter(({ channelIds }) => channelIds.length > 0)];
  }),
);

function possibleFault(kind: FaultKind, scored: readonly string[]): PossibleFault {
  const channelIds = kind === 'leak' ? scored.filter((id) => leakSites.has(id)) : scored;
  return { kind, channelIds, ...faultRanges(kind) };
}
