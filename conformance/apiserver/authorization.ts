import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, type Body, until } from './api.ts';
import { configMap } from './objects.ts';
import type { Stage } from './suite.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const group = 'rbac.authorization.k8s.io';
let count = 0;

const user = (name: string) => ({ kind: 'User', apiGroup: group, name });
const read = (resources: string[], more: object = {}) => ({
  apiGroups: [''],
  resources,
  verbs: ['get', 'list', 'watch'],
  ...more,
});

export function authorizationCases(stage: () => Stage): void {
  /** Somebody new, who may do in a new namespace what the rules say. */
  const granted = async (rules: object[]) => {
    const { api, namespace, as } = stage();
    const space = await namespace();
    const name = `somebody-${(count += 1)}`;
    const path = `${RBAC}/namespaces/${space}`;
    const metadata = { name };
    assert.equal((await api.post(`${path}/roles`, { metadata, rules })).status, 201);
    const roleRef = { apiGroup: group, kind: 'Role', name };
    const bound = await api.post(`${path}/rolebindings`, { metadata, roleRef, subjects: [user(name)] });
    assert.equal(bound.status, 201, JSON.stringify(bound.body));
    return { api, space, name, path, who: as(name), core: `/api/v1/namespaces/${space}` };
  };
  /** A server may take a moment to believe a new binding. */
  const mayNow = (who: Api, path: string) =>
    until(
      `may ${path}`,
      () => who.get(path),
      ({ status }) => status !== 403,
    );

  test('who has no role is 403, and is told what was missing', async () => {
    const { namespace, as } = stage();
    const who = as('nobody');
    const space = await namespace();
    const path = `/api/v1/namespaces/${space}/configmaps`;
    const one = await who.get(`${path}/a`);
    assert.deepEqual(
      [one.status, one.body.reason, one.body.details],
      [403, 'Forbidden', { name: 'a', kind: 'configmaps' }],
    );
    const where = `in API group "" in the namespace "${space}"`;
    assert.equal(
      one.body.message,
      `configmaps "a" is forbidden: User "nobody" cannot get resource "configmaps" ${where}`,
    );
    const all = await who.get(path);
    assert.equal(all.body.message, `configmaps is forbidden: User "nobody" cannot list resource "configmaps" ${where}`);
    const metrics = await who.get('/metrics');
    assert.equal(metrics.status, 403);
    assert.equal(metrics.body.message, 'forbidden: User "nobody" cannot get path "/metrics"');
    const deployments = await who.get('/apis/apps/v1/deployments');
    const cannot = 'User "nobody" cannot list resource "deployments" in API group "apps" at the cluster scope';
    assert.equal(deployments.body.message, `deployments.apps is forbidden: ${cannot}`);
  });

  test('a role gives its verbs in its namespace, and nothing else', async () => {
    const { api, who, core, space } = await granted([read(['configmaps'])]);
    await mayNow(who, `${core}/configmaps`);
    await api.post(`${core}/configmaps`, configMap('a'));
    assert.equal((await who.get(`${core}/configmaps/a`)).status, 200);
    const watch = await who.watch(`${core}/configmaps?watch=true&timeoutSeconds=1`);
    assert.equal(watch.status, 200);
    watch.stop();
    assert.equal((await who.post(`${core}/configmaps`, configMap('b'))).status, 403);
    assert.equal((await who.delete(`${core}/configmaps/a`)).status, 403);
    assert.equal((await who.patch(`${core}/configmaps/a`, 'merge', {})).status, 403);
    assert.equal((await who.get('/api/v1/configmaps')).status, 403);
    assert.equal((await who.get(`${core}/secrets`)).status, 403);
    assert.equal((await who.get(`/api/v1/namespaces/default/configmaps`)).status, 403, space);
  });

  test('a rule with names lets these be read, listed by name, and no others', async () => {
    const { api, who, core } = await granted([read(['configmaps'], { resourceNames: ['a'] })]);
    for (const name of ['a', 'b']) await api.post(`${core}/configmaps`, configMap(name));
    await mayNow(who, `${core}/configmaps/a`);
    assert.equal((await who.get(`${core}/configmaps/b`)).status, 403);
    assert.equal((await who.get(`${core}/configmaps`)).status, 403);
    assert.equal((await who.get(`${core}/configmaps?fieldSelector=metadata.name%3Da`)).status, 200);
    assert.equal((await who.get(`${core}/configmaps?fieldSelector=metadata.name%3Db`)).status, 403);
  });

  test('a subresource is a right of its own', async () => {
    const { api, who, core } = await granted([{ apiGroups: [''], resources: ['services/status'], verbs: ['patch'] }]);
    await api.post(`${core}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
    const condition = {
      type: 'Known',
      status: 'True',
      reason: 'R',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const patch = { status: { conditions: [condition] } };
    await until(
      'status',
      () => who.patch(`${core}/services/s/status`, 'merge', patch),
      ({ status }) => status === 200,
    );
    assert.equal((await who.patch(`${core}/services/s`, 'merge', patch)).status, 403);
    assert.equal((await who.get(`${core}/services/s`)).status, 403);
  });

  test('an apply that would create needs the right to create', async () => {
    const { who, core } = await granted([{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch', 'get'] }]);
    await mayNow(who, `${core}/configmaps/a`);
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const { status, body } = await who.patch(`${core}/configmaps/a?fieldManager=x`, 'apply', applied);
    assert.equal(status, 403);
    assert.match(body.message, /cannot create resource "configmaps"/);
  });

  test('a ClusterRole bound in a namespace counts there, bound in the cluster everywhere', async () => {
    const { api, namespace, as } = stage();
    const space = await namespace();
    const name = `reader-${(count += 1)}`;
    const metadata = { name };
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name };
    const subjects = [{ kind: 'Group', apiGroup: group, name: `group-${name}` }];
    const rules = [read(['configmaps']), { nonResourceURLs: ['/metrics', '/somewhere/*'], verbs: ['get'] }];
    await api.post(`${RBAC}/clusterroles`, { metadata, rules });
    await api.post(`${RBAC}/namespaces/${space}/rolebindings`, { metadata, roleRef, subjects });
    const who = as('member', `group-${name}`);
    await mayNow(who, `/api/v1/namespaces/${space}/configmaps`);
    assert.equal((await who.get('/api/v1/configmaps')).status, 403);
    assert.equal((await who.get('/somewhere/deep')).status, 403);
    await api.post(`${RBAC}/clusterrolebindings`, { metadata, roleRef, subjects });
    await mayNow(who, '/api/v1/configmaps');
    assert.equal((await who.get('/somewhere/deep')).status, 404);
    assert.equal((await who.get('/elsewhere')).status, 403);
    assert.equal((await as('other').get('/api/v1/configmaps')).status, 403);
    await api.delete(`${RBAC}/clusterrolebindings/${name}`);
    await until(
      'taken back',
      () => who.get('/api/v1/configmaps'),
      ({ status }) => status === 403,
    );
  });

  test('an aggregated role holds what the roles it selects hold, and follows them', async () => {
    const { api } = stage();
    const name = `all-${(count += 1)}`;
    const labels = { [name]: 'yes' };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: labels }] };
    await api.post(`${RBAC}/clusterroles`, { metadata: { name }, aggregationRule, rules: [] });
    const rules = (pods: string) => [{ apiGroups: [''], resources: [pods], verbs: ['get'] }];
    await api.post(`${RBAC}/clusterroles`, { metadata: { name: `${name}-b`, labels }, rules: rules('pods') });
    await api.post(`${RBAC}/clusterroles`, { metadata: { name: `${name}-a`, labels }, rules: rules('nodes') });
    const gathered = (wanted: string[]) =>
      until(
        wanted.join(),
        () => api.get(`${RBAC}/clusterroles/${name}`),
        ({ body }) => body.rules?.map((rule: Body) => rule.resources[0]).join() === wanted.join(),
      );
    await gathered(['nodes', 'pods']);
    await api.delete(`${RBAC}/clusterroles/${name}-a`);
    await gathered(['pods']);
    const view = await api.get(`${RBAC}/clusterroles/view`);
    assert.ok(
      view.body.rules.some((rule: Body) => rule.resources.includes('configmaps') && rule.verbs.includes('list')),
    );
    assert.ok(!view.body.rules.some((rule: Body) => rule.resources.includes('secrets')));
  });

  test('nobody gives away what he does not hold', async () => {
    const all = ['get', 'create', 'update', 'patch'];
    const { api, who, path, core, name } = await granted([
      { apiGroups: [group], resources: ['roles', 'rolebindings'], verbs: all },
      read(['configmaps']),
    ]);
    await mayNow(who, `${core}/configmaps`);
    const own = { metadata: { name: 'own' }, rules: [read(['configmaps'], { verbs: ['get'] })] };
    assert.equal((await who.post(`${path}/roles`, own)).status, 201);
    const more = { metadata: { name: 'more' }, rules: [read(['secrets', 'configmaps'])] };
    const refused = await who.post(`${path}/roles`, more);
    assert.deepEqual([refused.status, refused.body.reason], [403, 'Forbidden']);
    const missing = `user "${name}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list" "watch"]}`;
    assert.equal(refused.body.message, `roles.rbac.authorization.k8s.io "more" is forbidden: ${missing}`);
    const widened = await who.patch(`${path}/roles/own`, 'merge', { rules: more.rules });
    assert.equal(widened.status, 403);
    await api.post(`${path}/roles`, more);
    const binding = (role: string) => ({
      metadata: { name: `bind-${role}` },
      roleRef: { apiGroup: group, kind: 'Role', name: role },
      subjects: [user('friend')],
    });
    assert.equal((await who.post(`${path}/rolebindings`, binding('own'))).status, 201);
    assert.equal((await who.post(`${path}/rolebindings`, binding('more'))).status, 403);
    assert.equal((await who.post(`${path}/rolebindings`, binding('none'))).status, 404);
    assert.equal((await api.get(`${path}/rolebindings/bind-more`)).status, 404);
  });

  test('who may bind or escalate may do so without holding it', async () => {
    const { api, who, path } = await granted([
      { apiGroups: [group], resources: ['rolebindings', 'roles'], verbs: ['get', 'create'] },
      { apiGroups: [group], resources: ['roles'], verbs: ['bind'], resourceNames: ['given'] },
      { apiGroups: [group], resources: ['roles'], verbs: ['escalate'] },
    ]);
    await mayNow(who, `${path}/roles/x`);
    const rules = [read(['secrets'])];
    for (const name of ['given', 'kept']) {
      assert.equal((await who.post(`${path}/roles`, { metadata: { name }, rules })).status, 201, name);
      const roleRef = { apiGroup: group, kind: 'Role', name };
      const { status } = await who.post(`${path}/rolebindings`, { metadata: { name }, roleRef, subjects: [user('x')] });
      assert.equal(status, name === 'given' ? 201 : 403, name);
    }
    assert.equal((await api.get(`${path}/rolebindings/given`)).status, 200);
  });

  test('roles and bindings that mean nothing are refused with what is wrong', async () => {
    const { api, path } = await granted([read(['pods'])]);
    const role = async (rules: object[], inCluster = false) => {
      const to = inCluster ? `${RBAC}/clusterroles` : `${path}/roles`;
      const { status, body } = await api.post(to, { metadata: { name: 'bad' }, rules });
      assert.equal(status, 422, JSON.stringify(body));
      return body.details.causes.map((cause: Body) => `${cause.field}: ${cause.message}`).join('; ');
    };
    assert.equal(
      await role([{ verbs: ['get'] }]),
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group; rules[0].resources: Required value: resource rules must supply at least one resource',
    );
    assert.match(await role([read(['pods'], { verbs: [] })]), /rules\[0\].verbs: Required value: verbs must contain/);
    assert.match(await role([{ verbs: ['get'], nonResourceURLs: ['/x'] }]), /namespaced rules cannot apply/);
    assert.match(await role([read(['pods'], { nonResourceURLs: ['/x'] })], true), /cannot apply to both regular/);
    const roleRef = { apiGroup: group, kind: 'Role', name: 'x' };
    const metadata = { name: 'bad' };
    const refused = [
      [`${path}/rolebindings`, { metadata, roleRef: { ...roleRef, kind: 'Pod' } }, 'roleRef.kind'],
      [`${path}/rolebindings`, { metadata, roleRef, subjects: [{ kind: 'Pod', name: 'x' }] }, 'subjects[0].kind'],
      [`${RBAC}/clusterrolebindings`, { metadata, roleRef }, 'roleRef.kind'],
      [
        `${RBAC}/clusterrolebindings`,
        { metadata, roleRef: { ...roleRef, kind: 'ClusterRole' }, subjects: [{ kind: 'ServiceAccount', name: 'x' }] },
        'subjects[0].namespace',
      ],
    ] as const;
    for (const [to, object, field] of refused) {
      const { status, body } = await api.post(to, object);
      assert.deepEqual([status, body.details?.causes[0].field], [422, field], JSON.stringify(body));
    }
  });

  test('a binding never points at another role', async () => {
    const { api, path, name } = await granted([read(['pods'])]);
    const { status, body } = await api.patch(`${path}/rolebindings/${name}`, 'merge', { roleRef: { name: 'other' } });
    assert.equal(status, 422);
    assert.match(body.message, /roleRef: Invalid value: .*: cannot change roleRef/);
  });

  const REVIEWS = '/apis/authorization.k8s.io/v1';

  test('a review answers what a request would meet', async () => {
    const { api, who, name, space, core } = await granted([
      read(['configmaps']),
      read(['services'], { resourceNames: ['a'] }),
    ]);
    await mayNow(who, `${core}/configmaps`);
    const ask = async (resourceAttributes: object) => {
      const self = await who.post(`${REVIEWS}/selfsubjectaccessreviews`, { spec: { resourceAttributes } });
      assert.equal(self.status, 201);
      const other = await api.post(`${REVIEWS}/subjectaccessreviews`, { spec: { resourceAttributes, user: name } });
      assert.equal(other.body.status.allowed, self.body.status.allowed);
      return self.body.status.allowed;
    };
    assert.equal(await ask({ namespace: space, verb: 'list', resource: 'configmaps' }), true);
    assert.equal(await ask({ namespace: space, verb: 'create', resource: 'configmaps' }), false);
    assert.equal(await ask({ verb: 'list', resource: 'configmaps' }), false);
    assert.equal(await ask({ namespace: space, verb: 'get', resource: 'services', name: 'a' }), true);
    assert.equal(await ask({ namespace: space, verb: 'get', resource: 'services', name: 'b' }), false);
    assert.equal(await ask({ namespace: space, verb: 'get', resource: 'configmaps', subresource: 'x' }), false);
    const path = { nonResourceAttributes: { path: '/version', verb: 'get' } };
    const { body } = await who.post(`${REVIEWS}/selfsubjectaccessreviews`, { spec: path });
    assert.equal(body.status.allowed, true);
    assert.match(
      body.status.reason,
      /^RBAC: allowed by ClusterRoleBinding "system:\S+" of ClusterRole "system:\S+" to Group "system:authenticated"$/,
    );
    const local = await api.post(`${REVIEWS}/namespaces/${space}/localsubjectaccessreviews`, {
      metadata: { namespace: space },
      spec: { user: name, resourceAttributes: { namespace: space, verb: 'get', resource: 'configmaps' } },
    });
    assert.equal(local.body.status.allowed, true);
    assert.equal((await who.post(`${REVIEWS}/subjectaccessreviews`, { spec: { ...path, user: name } })).status, 403);
  });

  test('a review tells all that one may do', async () => {
    const { who, space, core } = await granted([read(['configmaps'])]);
    await mayNow(who, `${core}/configmaps`);
    const { body } = await who.post(`${REVIEWS}/selfsubjectrulesreviews`, { spec: { namespace: space } });
    const { resourceRules, nonResourceRules } = body.status;
    assert.ok(resourceRules.some((rule: Body) => rule.resources.includes('configmaps')));
    assert.ok(!resourceRules.some((rule: Body) => rule.resources.includes('*')));
    assert.ok(nonResourceRules.some((rule: Body) => rule.nonResourceURLs.includes('/version')));
  });

  test('a review that asks nothing, or two things, is refused', async () => {
    const { api } = stage();
    const to = `${REVIEWS}/subjectaccessreviews`;
    const resourceAttributes = { verb: 'get', resource: 'pods' };
    const nonResourceAttributes = { verb: 'get', path: '/' };
    for (const [spec, field] of [
      [{ user: 'a' }, 'spec.resourceAttributes'],
      [{ user: 'a', resourceAttributes, nonResourceAttributes }, 'spec.nonResourceAttributes'],
      [{ resourceAttributes }, 'spec.user'],
    ] as const) {
      const { status, body } = await api.post(to, { spec });
      assert.deepEqual([status, body.details?.causes[0].field], [422, field]);
    }
    assert.equal((await api.post(to, { kind: 'Pod', spec: {} })).status, 400);
    assert.equal((await api.post(to, { spec: 'x' })).status, 400);
    assert.equal((await api.get(to)).status, 405);
  });

  test('acting as somebody else needs the right to, for each part of him', async () => {
    const { api, as } = stage();
    const name = `actor-${(count += 1)}`;
    const rules = [
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['friend'] },
      { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'], resourceNames: ['friends'] },
    ];
    await api.post(`${RBAC}/clusterroles`, { metadata: { name }, rules });
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name };
    await api.post(`${RBAC}/clusterrolebindings`, { metadata: { name }, roleRef, subjects: [user(name)] });
    const may = async (plural: string, of: string) => {
      const resourceAttributes = { verb: 'impersonate', resource: plural, name: of };
      const { body } = await as(name).post(`${REVIEWS}/selfsubjectaccessreviews`, { spec: { resourceAttributes } });
      return body.status.allowed;
    };
    assert.deepEqual([await may('users', 'friend'), await may('users', 'stranger')], [true, false]);
    assert.deepEqual([await may('groups', 'friends'), await may('groups', 'system:masters')], [true, false]);
  });

  test('whoever is acted as is who is asked about', async () => {
    const { as } = stage();
    const self = (api: Api) => api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    const { body } = await self(as('friend', 'one', 'two'));
    assert.equal(body.status.userInfo.username, 'friend');
    assert.deepEqual(body.status.userInfo.groups, ['one', 'two', 'system:authenticated']);
    const account = await self(as('system:serviceaccount:default:x'));
    assert.deepEqual(account.body.status.userInfo.groups, [
      'system:serviceaccounts',
      'system:serviceaccounts:default',
      'system:authenticated',
    ]);
  });
}
