import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { shareOut } from '../../../../services/adapters/log/share-out.ts';

const partitions = fc.integer({ min: 1, max: 40 });
const owners = fc.array(fc.option(fc.nat(9), { nil: undefined }), { maxLength: 40 });

describe('shareOut', () => {
  it('gives every partition to a member, and no member more than one above another', () => {
    fc.assert(
      fc.property(partitions, fc.integer({ min: 1, max: 8 }), owners, (count, memberCount, owned) => {
        const members = [...Array(memberCount).keys()];
        const target = shareOut(count, members, (partition) => owned[partition]);
        assert.equal(target.size, count);
        const loads = members.map((member) => [...target.values()].filter((owner) => owner === member).length);
        assert.ok(Math.max(...loads) - Math.min(...loads) <= 1);
      }),
    );
  });

  it('moves nothing where the shares are even already', () => {
    fc.assert(
      fc.property(partitions, fc.integer({ min: 1, max: 8 }), (count, memberCount) => {
        const members = [...Array(memberCount).keys()];
        const even = shareOut(count, members, () => undefined);
        assert.deepEqual(
          shareOut(count, members, (partition) => even.get(partition)),
          even,
        );
      }),
    );
  });

  it('takes from those who stay only what a newcomer is due', () => {
    fc.assert(
      fc.property(partitions, fc.integer({ min: 1, max: 8 }), (count, memberCount) => {
        const members = [...Array(memberCount).keys()];
        const before = shareOut(count, members, () => undefined);
        const after = shareOut(count, [...members, memberCount], (partition) => before.get(partition));
        const moved = [...after].filter(([partition, owner]) => owner !== before.get(partition));
        assert.ok(moved.every(([, owner]) => owner === memberCount));
      }),
    );
  });

  it('gives nothing away where there are no members', () => {
    assert.equal(shareOut(3, [], () => 'gone').size, 0);
  });
});
