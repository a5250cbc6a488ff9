import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePort } from './compile-port.ts';
import type { Exporter, PortRequest, Tier } from './model.ts';
import { type PolicySpec, trafficPolicy } from './traffic-policy.ts';

const at = (cluster: string, ready = 2, total = Math.max(2, ready), more: Partial<Exporter> = {}): Exporter => ({
  cluster,
  region: 'eu',
  zone: cluster,
  group: 'default',
  ready,
  total,
  eligible: true,
  ...more,
});

const keys = (...list: (string | [string, number])[]) =>
  list.map((one) => (typeof one === 'string' ? { clusterKey: one } : { clusterKey: one[0], weight: one[1] }));

const shown = (tiers: readonly Tier[]) =>
  tiers.map((tier) => Object.fromEntries(tier.map(({ cluster, weight }) => [cluster, weight])));
const compile = (spec: PolicySpec | undefined, exporters: readonly Exporter[], more: Partial<PortRequest> = {}) =>
  compilePort({ self: 'a', calledAs: 'ClusterSet', exporters, ...(spec && { policy: trafficPolicy(spec) }), ...more });
const calls = (...args: Parameters<typeof compile>) => shown(compile(...args).compiled);
const asked = (...args: Parameters<typeof compile>) => shown(compile(...args).resolved);

test('without a policy the nearest clusters serve: own, same zone, same region, the rest, by ready endpoints', () => {
  const exporters = [
    at('far', 1, 1, { region: 'us' }),
    at('z2', 4, 4, { zone: 'other' }),
    at('z1', 3, 3, { zone: 'home' }),
    at('also', 1, 1, { zone: 'home' }),
    at('a', 2, 2, { zone: 'home' }),
  ];
  assert.deepEqual(calls(undefined, exporters), [{ a: 2 }, { also: 1, z1: 3 }, { z2: 4 }, { far: 1 }]);
});

test('without a policy a caller that does not export is placed by its membership', () => {
  const members = [{ name: 'a', region: 'us', zone: 'x', group: '' }];
  assert.deepEqual(calls(undefined, [at('b'), at('c', 1, 1, { region: 'us' })], { members }), [{ c: 1 }, { b: 2 }]);
});

test("without a policy the local Service's own name means local endpoints only, drained or not", () => {
  const exporters = [at('a', 1, 2, { eligible: false }), at('b')];
  assert.deepEqual(calls(undefined, exporters, { calledAs: 'Service' }), [{ a: 1 }]);
  assert.deepEqual(calls(undefined, [at('b')], { calledAs: 'Service', localEndpoints: { ready: 3, total: 3 } }), [
    { a: 3 },
  ]);
  assert.deepEqual(calls(undefined, [at('b')], { calledAs: 'Service', localEndpoints: { ready: 0, total: 3 } }), []);
});

test('a policy that does not apply to a name leaves that name as it was', () => {
  const policy: PolicySpec = { lbType: 'ActiveActive', targets: keys('b') };
  assert.deepEqual(calls(policy, [at('a'), at('b')], { calledAs: 'Service' }), [{ a: 2 }]);
  const serviceOnly: PolicySpec = { ...policy, appliesTo: ['Service'] };
  assert.deepEqual(calls(serviceOnly, [at('a'), at('b')], { calledAs: 'Service' })[0], { b: 1 });
  assert.deepEqual(calls(serviceOnly, [at('a'), at('b')])[0], { a: 2 });
});

test('a policy that applies to Service counts local endpoints as the own cluster, exported or not', () => {
  const policy: PolicySpec = { lbType: 'FailOver', targets: keys('b'), appliesTo: ['ClusterSet', 'Service'] };
  const local = { calledAs: 'Service' as const, localEndpoints: { ready: 2, total: 2 } };
  assert.deepEqual(calls(policy, [at('b')], local), [{ a: 1 }, { b: 100 }]);
  assert.deepEqual(
    calls(policy, [at('b')], { ...local, calledAs: 'ClusterSet' }),
    [{ b: 1 }],
    'the VIP knows own exports only',
  );
});

test('internalTrafficPolicy Local keeps calls on the node, unless a policy stands above it', () => {
  const local = { internalTrafficPolicy: 'Local' as const };
  const plain = compile(undefined, [at('a'), at('b')], local);
  assert.deepEqual([shown(plain.compiled), plain.nodeLocal], [[{ a: 2 }], true]);
  const governed = compile({ lbType: 'ActiveActive' }, [at('a'), at('b')], local);
  assert.deepEqual([shown(governed.compiled), governed.nodeLocal], [[{ a: 1, b: 1 }], false]);
});

test('Locality never leaves the own cluster, and with one target goes there only', () => {
  assert.deepEqual(calls({ lbType: 'Locality' }, [at('a'), at('b')]), [{ a: 1 }]);
  assert.deepEqual(calls({ lbType: 'Locality' }, [at('a', 0), at('b')]), []);
  assert.deepEqual(calls({ lbType: 'Locality', targets: keys('b') }, [at('a'), at('b'), at('c')]), [{ b: 1 }]);
  assert.deepEqual(calls({ lbType: 'Locality', targets: keys('b') }, [at('a'), at('b', 0)]), []);
  assert.deepEqual(calls({}, [at('b')]), [], 'the default mode');
});

test('Locality with fallback Any goes beyond when it must', () => {
  assert.deepEqual(calls({ lbType: 'Locality', fallback: 'Any' }, [at('a'), at('b')]), [{ a: 1 }, { b: 2 }]);
  assert.deepEqual(calls({ lbType: 'Locality', fallback: 'Any' }, [at('a', 0), at('b')]), [{ b: 2 }]);
});

test('FailOver takes the own cluster first, then the targets in their order', () => {
  const policy: PolicySpec = { lbType: 'FailOver', targets: keys('c', 'b'), fallback: 'None' };
  assert.deepEqual(asked(policy, [at('a'), at('b'), at('c')]), [{ a: 100 }, { c: 100 }, { b: 100 }]);
  assert.deepEqual(asked(policy, [at('a', 0), at('b'), at('c')]), [{ c: 100 }, { b: 100 }]);
  assert.deepEqual(asked(policy, [at('b'), at('c', 0)]), [{ b: 100 }]);
});

test('FailOver puts the own cluster where it is listed, by name or by region, and nowhere with weight 0', () => {
  const all = [at('a'), at('b', 2, 2, { region: 'us' })];
  assert.deepEqual(asked({ lbType: 'FailOver', targets: keys('b', 'a') }, all), [{ b: 100 }, { a: 100 }]);
  assert.deepEqual(asked({ lbType: 'FailOver', targets: keys('us/*/*/*', 'eu/*/*/*') }, all), [{ b: 100 }, { a: 100 }]);
  assert.deepEqual(asked({ lbType: 'FailOver', targets: keys(['a', 0], 'b') }, all), [{ b: 100 }]);
  assert.deepEqual(
    asked({ lbType: 'FailOver', targets: keys('*/*/*/*') }, all),
    [{ a: 100 }, { a: 100, b: 100 }],
    'everybody is no place',
  );
});

test('all clusters that one key means are one tier', () => {
  const targets = keys('*/c/*/*', 'eu/*/*/*');
  const exporters = [at('b'), at('c'), at('d')];
  assert.deepEqual(asked({ lbType: 'FailOver', targets }, exporters), [{ c: 100 }, { b: 100, c: 100, d: 100 }]);
  assert.deepEqual(calls({ lbType: 'FailOver', targets }, exporters), [{ c: 1 }, { b: 100, d: 100 }]);
});

test('FailOver and ActiveActive go beyond their targets when none serves, unless fallback says None', () => {
  for (const lbType of ['FailOver', 'ActiveActive'] as const) {
    assert.deepEqual(calls({ lbType, targets: keys('b') }, [at('b', 0), at('c')]), [{ c: 2 }]);
    assert.deepEqual(calls({ lbType, targets: keys('b') }, [at('b'), at('c')]), [{ b: 1 }, { c: 2 }]);
    assert.deepEqual(calls({ lbType, targets: keys('b'), fallback: 'None' }, [at('b', 0), at('c')]), []);
    assert.deepEqual(
      calls({ lbType, targets: keys('b', ['c', 0]) }, [at('b', 0), at('c')]),
      [],
      'weight 0 is none, truly',
    );
  }
});

test('ActiveActive shares by weight, and the own cluster only if it is listed', () => {
  const fallback = 'None' as const;
  const all = [at('a'), at('b'), at('c')];
  assert.deepEqual(calls({ lbType: 'ActiveActive', targets: keys(['b', 90], ['c', 10]), fallback }, all), [
    { b: 9, c: 1 },
  ]);
  assert.deepEqual(calls({ lbType: 'ActiveActive', targets: keys('a', 'b'), fallback }, all), [{ a: 1, b: 1 }]);
  assert.deepEqual(calls({ lbType: 'ActiveActive', targets: keys('b', ['c', 0]), fallback }, all), [{ b: 1 }]);
});

test('ActiveActive without targets shares among all exporters by ready endpoints', () => {
  assert.deepEqual(calls({ lbType: 'ActiveActive' }, [at('a', 1), at('b', 3, 3), at('c', 0)]), [{ a: 1, b: 3 }]);
});

test('the first key that means a cluster gives its weight', () => {
  const targets = keys(['b', 0], ['c', 30], ['eu/*/*/*', 10]);
  assert.deepEqual(calls({ lbType: 'ActiveActive', targets, fallback: 'None' }, [at('a'), at('b'), at('c')]), [
    { c: 3, a: 1 },
  ]);
});

test('the weight of a cluster that is not eligible goes to the others pro rata', () => {
  const targets = keys(['b', 60], ['c', 30], ['d', 10]);
  const exporters = [at('b', 2, 2, { eligible: false }), at('c'), at('d')];
  assert.deepEqual(calls({ lbType: 'ActiveActive', targets, fallback: 'None' }, exporters), [{ c: 3, d: 1 }]);
});

test('a drained cluster gets nothing, the own one included', () => {
  const drained = at('a', 2, 2, { eligible: false });
  assert.deepEqual(calls(undefined, [drained, at('b')]), [{ b: 2 }]);
  assert.deepEqual(calls({ lbType: 'FailOver', targets: keys('b') }, [drained, at('b')]), [{ b: 1 }]);
  assert.deepEqual(calls({ lbType: 'Locality' }, [drained, at('b')]), []);
});

test('a tier carries 1.4 × its ready share, and the rest spills into the next one', () => {
  const policy: PolicySpec = { lbType: 'FailOver', targets: keys('b', 'c'), fallback: 'None' };
  assert.deepEqual(calls(policy, [at('a', 5, 10), at('b'), at('c')]), [{ a: 7, b: 3 }, { c: 100 }]);
  assert.deepEqual(
    calls(policy, [at('a', 8, 10), at('b'), at('c')]),
    [{ a: 1 }, { b: 100 }, { c: 100 }],
    '1.12 is enough',
  );
  assert.deepEqual(calls(policy, [at('a', 1, 10), at('b', 1, 2), at('c')]), [{ a: 7, b: 35, c: 8 }]);
});

test('a cluster without a ready endpoint counts against its tier, one that is not eligible does not', () => {
  const policy: PolicySpec = { lbType: 'FailOver', targets: keys('eu/*/*/*', 'us/*/*/*'), fallback: 'None' };
  const far = at('d', 2, 2, { region: 'us' });
  assert.deepEqual(calls(policy, [at('b'), at('c', 0), far]), [{ b: 7, d: 3 }]);
  assert.deepEqual(calls(policy, [at('b'), at('c', 0, 2, { eligible: false }), far]), [{ b: 1 }, { d: 100 }]);
});

test('endpoints that serve while terminating count as present, though they are in no total', () => {
  const policy: PolicySpec = { lbType: 'FailOver', targets: keys('eu/*/*/*', 'us/*/*/*'), fallback: 'None' };
  const exporters = [at('b', 2, 0), at('c', 0, 2), at('d', 2, 2, { region: 'us' })];
  assert.deepEqual(calls(policy, exporters), [{ b: 7, d: 3 }]);
});

test('what no tier has room for is shared as the tiers could carry', () => {
  const policy: PolicySpec = { lbType: 'FailOver', targets: keys('b'), fallback: 'None' };
  assert.deepEqual(calls(policy, [at('a', 1, 10), at('b', 2, 10)]), [{ a: 1, b: 2 }]);
});

test('overflow follows the policy, and shares of a tier that takes some stay as they are', () => {
  const policy: PolicySpec = {
    lbType: 'FailOver',
    targets: keys('*/*/*/b', '*/*/g/*'),
    failover: { overflow: 100 },
    fallback: 'None',
  };
  const exporters = [at('a', 1, 2), at('b', 1, 4), at('c', 3, 3, { group: 'g' }), at('d', 1, 1, { group: 'g' })];
  assert.deepEqual(calls(policy, exporters), [{ a: 4, b: 2, c: 1, d: 1 }]);
});

test('a tier below minReadyPercent carries nothing while another can, and stands last', () => {
  const policy: PolicySpec = {
    lbType: 'FailOver',
    targets: keys('b'),
    failover: { minReadyPercent: 50 },
    fallback: 'None',
  };
  assert.deepEqual(calls(policy, [at('a', 1, 4), at('b')]), [{ b: 1 }, { a: 100 }]);
  assert.deepEqual(calls(policy, [at('a', 2, 4), at('b')]), [{ a: 7, b: 3 }]);
  assert.deepEqual(calls(policy, [at('a', 1, 4)]), [{ a: 100 }], 'refusing would help nobody');
});

test('says which key means nobody, which does not export, and which cannot be read', () => {
  const members = [{ name: 'c', region: 'eu', zone: 'z', group: 'g' }];
  const { problems, compiled } = compile(
    { lbType: 'FailOver', targets: keys('nowhere', 'c', 'eu/b', 'b') },
    [at('b')],
    { members },
  );
  assert.deepEqual(
    problems.map(({ path, reason }) => [path, reason]),
    [
      ['spec.targets[0].clusterKey', 'UnknownCluster'],
      ['spec.targets[1].clusterKey', 'NotExported'],
      ['spec.targets[2].clusterKey', 'MalformedKey'],
    ],
  );
  assert.match(problems[0]?.message ?? '', /no member is called "nowhere" \(members: c\)/);
  assert.deepEqual(shown(compiled), [{ b: 1 }], 'the others are honoured');
});

test('a weight of 0 holds in the fallback, also on a target that Locality leaves out', () => {
  const policy: PolicySpec = { lbType: 'Locality', targets: keys('b', ['c', 0]), fallback: 'Any' };
  assert.deepEqual(calls(policy, [at('b'), at('c'), at('d')]), [{ b: 1 }, { d: 2 }]);
});

test('Locality with two targets uses the first and says so', () => {
  const { problems, compiled } = compile({ lbType: 'Locality', targets: keys('b', 'c') }, [at('b'), at('c')]);
  assert.deepEqual([shown(compiled), problems[0]?.reason], [[{ b: 1 }], 'TooManyTargets']);
});

for (const lbType of ['Locality', 'FailOver', 'ActiveActive'] as const)
  test(`${lbType} with weights of 0 only goes to none of its targets and says so`, () => {
    const targets = keys(['b', 0]);
    const { problems, compiled } = compile({ lbType, targets, fallback: 'None' }, [at('b')]);
    assert.deepEqual([shown(compiled), problems.map(({ reason }) => reason)], [[], ['NoWeight']]);
    assert.deepEqual(compile({ lbType, targets: keys(['b', 1]) }, [at('b')]).problems, []);
  });

const CLUSTERS = ['a', 'b', 'c', 'd'];
const anyExporters = fc
  .uniqueArray(
    fc.record({
      cluster: fc.constantFrom(...CLUSTERS),
      ready: fc.nat(5),
      missing: fc.nat(5),
      eligible: fc.boolean(),
      region: fc.constantFrom('eu', 'us'),
      zone: fc.constantFrom('x', 'y'),
    }),
    { selector: ({ cluster }) => cluster },
  )
  .map((list) => list.map(({ missing, ...one }): Exporter => ({ ...one, group: '', total: one.ready + missing })));
const anyPolicy = fc.option(
  fc.record({
    lbType: fc.constantFrom('Locality' as const, 'FailOver' as const, 'ActiveActive' as const),
    targets: fc.array(
      fc.record({
        clusterKey: fc.constantFrom(...CLUSTERS, '*/*/*/*', 'eu/*/*/*', 'us/x/*/*', 'bad/key'),
        weight: fc.nat(100),
      }),
      { maxLength: 4 },
    ),
    fallback: fc.constantFrom('Any' as const, 'None' as const),
    failover: fc.record({ minReadyPercent: fc.nat(100), overflow: fc.integer({ min: 100, max: 300 }) }),
  }),
  { nil: undefined },
);

test('does not depend on the order in which clusters were seen', () => {
  fc.assert(
    fc.property(
      anyPolicy,
      anyExporters.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      (policy, [all, shuffled]) => assert.deepEqual(compile(policy, shuffled), compile(policy, all)),
    ),
  );
});

test('calls only clusters that serve, each once, by positive whole weights, and never beyond fallback None', () => {
  fc.assert(
    fc.property(anyPolicy, anyExporters, (policy, all) => {
      const { compiled, resolved } = compile(policy, all);
      const shares = compiled.flat();
      assert.equal(new Set(shares.map(({ cluster }) => cluster)).size, shares.length);
      assert.deepEqual(
        new Set(shares.map(({ cluster }) => cluster)),
        new Set(resolved.flat().map(({ cluster }) => cluster)),
      );
      for (const { cluster, weight } of shares) {
        assert.ok(Number.isSafeInteger(weight) && weight > 0);
        const exporter = all.find((one) => one.cluster === cluster);
        assert.ok(exporter?.eligible && exporter.ready > 0);
        if (policy?.fallback === 'None' && policy.targets.length > 0) {
          const meant = policy.targets.some(
            ({ clusterKey, weight: asWanted }) => asWanted > 0 && (clusterKey.includes('*') || clusterKey === cluster),
          );
          assert.ok(meant || (policy.lbType === 'FailOver' && cluster === 'a'), `${cluster} was never meant`);
        }
      }
      assert.ok(compiled.every((tier) => tier.length > 0));
    }),
    { numRuns: 500 },
  );
});
