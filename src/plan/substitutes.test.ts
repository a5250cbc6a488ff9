import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidr, contains, formatIp, ip } from '#kit/index.ts';
import { memberIndex } from './member-index.ts';
import { inRanges, isSubstituteOf, mergeRanges, needsSubstitutes, pickSubstitute } from './substitutes.ts';

test('substitutes are needed where ranges meet, or are not known', () => {
  assert.equal(needsSubstitutes(['10.244.0.0/16'], [['10.245.0.0/16'], ['10.246.0.0/16']]), false);
  assert.equal(needsSubstitutes(['10.244.0.0/16'], [['10.245.0.0/16'], ['10.244.7.0/24']]), true);
  assert.equal(needsSubstitutes(['10.244.0.0/16'], [undefined]), true);
  assert.equal(needsSubstitutes(undefined, [['10.245.0.0/16']]), true);
  assert.equal(needsSubstitutes(undefined, []), false, 'alone in the set');
  assert.equal(needsSubstitutes(['10.244.0.0/16'], [['nonsense']]), true);
  assert.equal(inRanges(['nonsense', '10.0.0.0/8'])('10.0.0.1'), false);
  assert.equal(inRanges(['10.0.0.0/8'])('10.0.0.1'), true);
});

test('members give addresses of their own parts, the same name the same one', () => {
  const of = (index: number, key: string, ...taken: string[]) =>
    pickSubstitute(key, { index, family: 'IPv4' }, new Set(taken)) ?? assert.fail('the part is full');
  const first = of(3, 'demo/db/db-0');
  assert.match(first, /^241\.3\./);
  assert.equal(of(3, 'demo/db/db-0'), first);
  assert.notEqual(of(3, 'demo/db/db-0', first), first);
  assert.deepEqual(
    [isSubstituteOf(3, first), isSubstituteOf(4, first), isSubstituteOf(undefined, first)],
    [true, false, false],
  );
  assert.ok(!isSubstituteOf(256, '242.0.0.1') && !isSubstituteOf(0, '241.0.0.1'));
  const six = pickSubstitute('demo/db/db-0', { index: 3, family: 'IPv6' }, new Set()) ?? '';
  assert.match(six, /^fd5e:a1a9:e000:3::/);
  assert.ok(isSubstituteOf(3, six) && !isSubstituteOf(2, six));
});

test('neighbouring ranges are one, and nothing else is in it', () => {
  assert.deepEqual(mergeRanges(['10.0.2.0/24', '10.0.0.0/24', '10.0.1.0/24', '10.0.3.0/24', '10.0.9.0/24']), [
    '10.0.0.0/22',
    '10.0.9.0/24',
  ]);
  assert.deepEqual(mergeRanges(['10.0.0.0/16', '10.0.1.0/24', 'fd00::/64']), ['10.0.0.0/16', 'fd00::/64']);
  const ranges = fc.array(fc.integer({ min: 0, max: 63 }).map((n) => `10.0.${n}.0/24`));
  fc.assert(
    fc.property(ranges, (before) => {
      const after = mergeRanges(before).map(cidr);
      for (let n = 0; n < 64; n += 1) {
        const had = before.includes(`10.0.${n}.0/24`);
        assert.equal(
          after.some((range) => contains(range, ip(`10.0.${n}.7`))),
          had,
          formatIp(ip(`10.0.${n}.7`)),
        );
      }
    }),
  );
});

test('a member keeps its number; of two that claimed the same at once the second by name takes another', () => {
  assert.equal(memberIndex({ name: 'a' }, []), 1);
  assert.equal(
    memberIndex({ name: 'c' }, [
      { name: 'a', claimed: 1 },
      { name: 'b', given: 2 },
    ]),
    3,
  );
  assert.equal(memberIndex({ name: 'a', claimed: 1 }, [{ name: 'b', claimed: 1 }]), 1);
  assert.equal(memberIndex({ name: 'b', claimed: 1 }, [{ name: 'a', claimed: 1 }]), 2);
  assert.equal(
    memberIndex({ name: 'a', claimed: 1 }, [{ name: 'b', given: 1, claimed: 4 }]),
    2,
    "the admin's word is first",
  );
  assert.equal(memberIndex({ name: 'a', given: 9, claimed: 1 }, [{ name: 'b', given: 9 }]), 9);
});
