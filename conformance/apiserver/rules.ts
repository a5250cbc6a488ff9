import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, until } from './api.ts';
import type { Stage } from './suite.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
let count = 0;

export function ruleCases(stage: () => Stage): void {
  const definition = (spec: object, more: object = {}): Body => {
    const plural = `ruled${(count += 1)}s`;
    const openAPIV3Schema = { type: 'object', properties: { spec }, ...more };
    return {
      metadata: { name: `${plural}.rules.example.com` },
      spec: {
        group: 'rules.example.com',
        scope: 'Namespaced',
        names: { plural, kind: `Ruled${count}` },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    };
  };
  const served = async (spec: object, more: object = {}) => {
    const { api, namespace } = stage();
    const crd = definition(spec, more);
    const made = await api.post(CRDS, crd);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const path = `/apis/rules.example.com/v1/namespaces/${await namespace()}/${crd.spec.names.plural}`;
    await until(
      'served',
      () => api.get(path),
      ({ status }) => status === 200,
    );
    let objects = 0;
    return {
      api,
      path,
      make: (value: unknown, metadata: object = {}) =>
        api.post(path, { metadata: { name: `o${(objects += 1)}`, ...metadata }, spec: value }),
    };
  };
  const causes = ({ body }: { body: Body }) =>
    (body.details?.causes ?? []).map((cause: Body) => `${cause.field}: ${cause.message}`);
  const sizes = { min: { type: 'integer' }, max: { type: 'integer' } };

  test('an object that breaks a rule is refused with the rule’s message, and not stored', async () => {
    const rules = [{ rule: 'self.min <= self.max', message: 'min is more than max' }, { rule: 'self.max < 100' }];
    const { api, path, make } = await served({ type: 'object', properties: sizes, 'x-kubernetes-validations': rules });
    assert.equal((await make({ min: 1, max: 2 }, { name: 'good' })).status, 201);
    const bad = await make({ min: 300, max: 200 });
    assert.equal(bad.status, 422);
    assert.deepEqual(causes(bad), [
      'spec: Invalid value: min is more than max',
      'spec: Invalid value: failed rule: self.max < 100',
    ]);
    assert.equal((await api.patch(`${path}/good`, 'merge', { spec: { min: 3 } })).status, 422);
    assert.equal((await api.get(path)).body.items.length, 1);
  });

  test('a rule speaks by an expression, at a field, with a reason', async () => {
    const rules = [
      {
        rule: 'self.min <= self.max',
        messageExpression: '"min " + string(self.min) + " exceeds max " + string(self.max)',
        fieldPath: '.min',
        reason: 'FieldValueForbidden',
      },
      {
        rule: 'self.max < 10',
        messageExpression: 'string(1 / (self.max - self.max))',
        message: 'the message it falls back to',
      },
      { rule: 'has(self.min)', reason: 'FieldValueRequired', message: 'min is needed', fieldPath: '.min' },
    ];
    const { make } = await served({ type: 'object', properties: sizes, 'x-kubernetes-validations': rules });
    const bad = await make({ min: 30, max: 20 });
    assert.deepEqual(causes(bad), [
      'spec.min: Forbidden: min 30 exceeds max 20',
      'spec: Invalid value: the message it falls back to',
    ]);
    const missing = await make({ max: 1 });
    assert.match(causes(missing)[0], /^spec: Invalid value: no such key: min evaluating rule: self.min <= self.max/);
    assert.equal(causes(missing)[1], 'spec.min: Required value: min is needed');
    assert.equal(missing.body.details.causes[1].reason, 'FieldValueRequired');
  });

  test('a transition rule compares with what was, and says nothing of what is new', async () => {
    const items = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, size: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.size >= oldSelf.size', message: 'may only grow' }],
    };
    const { api, path, make } = await served({
      type: 'object',
      properties: {
        fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }] },
        list: { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] },
      },
    });
    const list = [{ id: 'a', size: 5 }];
    const { body } = await make({ fixed: 'x', list });
    const at = `${path}/${body.metadata.name}`;
    assert.deepEqual(causes(await api.patch(at, 'merge', { spec: { fixed: 'y' } })), [
      'spec.fixed: Invalid value: "y": is immutable',
    ]);
    const smaller = {
      spec: {
        list: [
          { id: 'new', size: 0 },
          { id: 'a', size: 4 },
        ],
      },
    };
    assert.deepEqual(causes(await api.patch(at, 'merge', smaller)), ['spec.list[1]: Invalid value: may only grow']);
    const larger = {
      spec: {
        fixed: null,
        list: [
          { id: 'new', size: 0 },
          { id: 'a', size: 6 },
        ],
      },
    };
    assert.equal((await api.patch(at, 'merge', larger)).status, 200);
    assert.equal((await api.patch(at, 'merge', { spec: { fixed: 'z' } })).status, 200);
  });

  test('an optional oldSelf is asked at creation too', async () => {
    const rule = { rule: 'oldSelf.hasValue() || self == "first"', optionalOldSelf: true, message: 'begins with first' };
    const { make } = await served({ type: 'string', 'x-kubernetes-validations': [rule] });
    assert.equal((await make('first')).status, 201);
    assert.deepEqual(causes(await make('second')), ['spec: Invalid value: "second": begins with first']);
  });

  test('an update is not refused for what it does not touch', async () => {
    const { api, namespace } = stage();
    const properties = { a: { type: 'object', properties: sizes }, b: { type: 'string' } };
    const crd = definition({ type: 'object', properties });
    await api.post(CRDS, crd);
    const path = `/apis/rules.example.com/v1/namespaces/${await namespace()}/${crd.spec.names.plural}`;
    await until(
      'served',
      () => api.get(path),
      ({ status }) => status === 200,
    );
    await api.post(path, { metadata: { name: 'old' }, spec: { a: { min: 2, max: 1 } } });
    const stricter = structuredClone(crd);
    const a = stricter.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.a;
    a['x-kubernetes-validations'] = [{ rule: 'self.min <= self.max' }];
    assert.equal((await api.patch(`${CRDS}/${crd.metadata.name}`, 'merge', stricter)).status, 200);
    await until(
      'stricter',
      () => api.post(`${path}?dryRun=All`, { metadata: { name: 'new' }, spec: { a: { min: 2, max: 1 } } }),
      ({ status }) => status === 422,
    );
    assert.equal((await api.patch(`${path}/old`, 'merge', { spec: { b: 'changed' } })).status, 200);
    assert.equal((await api.patch(`${path}/old`, 'merge', { spec: { a: { max: 0 } } })).status, 422);
  });

  test('values come as the types that the schema says', async () => {
    const { make } = await served({
      type: 'object',
      properties: {
        whole: { type: 'integer' },
        part: { type: 'number' },
        either: { 'x-kubernetes-int-or-string': true },
        when: { type: 'string', format: 'date-time' },
        long: { type: 'string', format: 'duration' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        'with-dash': { type: 'string' },
        namespace: { type: 'string' },
        gone: { type: 'string', nullable: true },
      },
      'x-kubernetes-validations': [
        { rule: 'self.whole % 2 == 0 && self.whole + 1 > 2' },
        { rule: 'self.part * 2.0 == 5.0' },
        { rule: 'type(self.either) == string ? self.either == "50%" : self.either == 50' },
        { rule: 'self.when < timestamp("2030-01-01T00:00:00Z") && self.long > duration("1m")' },
        { rule: 'self.labels.all(k, k.startsWith("a") && self.labels[k].size() == 1)' },
        { rule: 'self.__dash__ == "x"'.replace('__dash__', 'with__dash__dash') + ' && self.__namespace__ == "n"' },
        { rule: '!has(self.gone) || self.gone == null || self.gone == "g"' },
      ],
    });
    const good = {
      whole: 4,
      part: 2.5,
      either: '50%',
      when: '2026-01-01T00:00:00Z',
      long: '90s',
      labels: { a: 'x', ab: 'y' },
      'with-dash': 'x',
      namespace: 'n',
      gone: null,
    };
    const first = await make(good);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal((await make({ ...good, either: 50 })).status, 201);
    for (const change of [
      { whole: 3 },
      { part: 2 },
      { either: 51 },
      { long: '1s' },
      { labels: { b: 'x' } },
      { gone: 'h' },
    ])
      assert.equal(causes(await make({ ...good, ...change })).length, 1, JSON.stringify(change));
  });

  test('a rule on the whole object sees its name', async () => {
    const rule = {
      rule: 'self.metadata.name.startsWith("x-") && self.kind.startsWith("Ruled")',
      message: 'name begins with x-',
    };
    const { make } = await served({ type: 'string' }, { 'x-kubernetes-validations': [rule] });
    assert.equal((await make('s', { name: 'x-1' })).status, 201);
    assert.deepEqual(causes(await make('s', { name: 'y-1' })), ['<nil>: Invalid value: name begins with x-']);
  });

  test('Kubernetes’ own functions are there', async () => {
    const texts = { type: 'array', items: { type: 'string' } };
    const numbers = { type: 'array', items: { type: 'integer' } };
    const rules = [
      'self.n.isSorted() && self.n.sum() == 6 && self.n.min() == 1 && self.n.max() == 3 && self.n.indexOf(2) == 1',
      'self.t.all(x, x.matches("^[a-c]+$")) && "abcabc".find("b.") == "bc" && "abab".findAll("a").size() == 2',
      '"abc".charAt(1) == "b" && "a-b-c".replace("-", "+") == "a+b+c" && "A".lowerAscii() == "a"',
      '"a,b".split(",").size() == 2 && ["a", "b"].join("-") == "a-b" && " x ".trim() == "x"',
      'isQuantity("1.5Gi") && quantity("1Ki").asInteger() == 1024 && quantity("1").isGreaterThan(quantity("999m"))',
      'isIP("10.0.0.1") && isIP("fd00::1") && !isIP("10.0.0.256") && isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33")',
      'isURL("https://example.com/a") && !isURL("example")',
      'sets.contains(self.n, [1, 2]) && sets.intersects(self.t, ["a"]) && sets.equivalent([1, 2], [2, 1])',
      'self.?missing.orValue("none") == "none" && self.t.exists_one(x, x == "a") && self.n.filter(x, x > 1).size() == 2',
    ];
    const properties = { n: numbers, t: texts, missing: { type: 'string' } };
    const validations = rules.map((rule) => ({ rule }));
    const { make } = await served({ type: 'object', properties, 'x-kubernetes-validations': validations });
    const made = await make({ n: [1, 2, 3], t: ['a', 'b'] });
    assert.equal(made.status, 201, JSON.stringify(made.body.message));
  });

  test('a definition with a rule that cannot be is refused, at the rule', async () => {
    const { api } = stage();
    const list = { type: 'array', items: { type: 'object', properties: sizes } };
    const bad: [object, string, RegExp][] = [
      [{ rule: 'self.nothing > 1' }, 'rule', /compilation failed: .*nothing/s],
      [{ rule: 'self.min > "a"' }, 'rule', /compilation failed/],
      [{ rule: 'self.min >' }, 'rule', /compilation failed/],
      [{ rule: 'self.min' }, 'rule', /must evaluate to a bool/],
      [{ rule: 'other' }, 'rule', /compilation failed/],
      [{ rule: ' ' }, 'rule', /rule is not specified/],
      [{ rule: 'true', message: 'a\nb' }, 'message', /must not contain line breaks/],
      [{ rule: 'true', messageExpression: '1' }, 'messageExpression', /must evaluate to a string/],
      [{ rule: 'true', reason: 'Because' }, 'reason', /supported values: "FieldValueDuplicate", "FieldValueForbidden"/],
      [{ rule: 'true', fieldPath: '.nothing' }, 'fieldPath', /must be a valid path/],
      [{ rule: 'true', optionalOldSelf: true }, 'optionalOldSelf', /may not be set if oldSelf is not used/],
    ];
    for (const [rule, field, why] of bad) {
      const spec = { type: 'object', properties: { ...sizes, list }, 'x-kubernetes-validations': [rule] };
      const answer = await api.post(CRDS, definition(spec));
      assert.equal(answer.status, 422, JSON.stringify(rule));
      const at = 'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]';
      assert.equal(answer.body.details.causes[0].field, `${at}.${field}`);
      assert.match(answer.body.message, why);
    }
    const items = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    const lost = await api.post(CRDS, definition({ type: 'array', items }));
    assert.match(lost.body.message, /oldSelf cannot be used on the uncorrelatable portion of the schema/);
  });
}
