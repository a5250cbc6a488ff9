/** Rights and accounts as people meet them: kubectl against the embedded server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Embedded, startEmbedded } from './embedded.ts';
import { createKubectl, type Kubectl, whyNoKubectl } from './run-kubectl.ts';

const skip = whyNoKubectl();

describe('kubectl: access', () => {
  let server: Embedded;
  let kubectl: Kubectl;
  before(async () => {
    if (skip) return;
    server = await startEmbedded();
    kubectl = createKubectl(server.access);
  });
  after(async () => {
    if (skip) return;
    kubectl.close();
    await server.close();
  });
  const done = async (command: string, input?: object, by = kubectl): Promise<string> => {
    const { code, out, err } = await by.run(command, input);
    assert.equal(code, 0, `${command}: ${err}`);
    return out;
  };
  const refused = async (command: string, input?: object): Promise<string> => {
    const { code, out, err } = await kubectl.run(command, input);
    assert.notEqual(code, 0, command);
    return out + err;
  };
  /** What `create … --dry-run=client` writes down; the real `create` sends protobuf, which is not taken. */
  const make = async (command: string) => {
    const text = await done(`create ${command} --dry-run=client -o json`);
    await done('apply -f -', JSON.parse(text) as object);
  };

  test('can-i tells what roles and bindings say', { skip }, async () => {
    assert.equal(await done('auth can-i delete nodes'), 'yes\n');
    assert.match(await refused('auth can-i list pods --as anna'), /^no/);
    await make('role reader --verb=get,list --resource=pods');
    await make('rolebinding readers --role=reader --user=anna --group=team');
    assert.equal(await done('auth can-i list pods --as anna'), 'yes\n');
    assert.equal(await done('auth can-i list pods --as otto --as-group team'), 'yes\n');
    assert.match(await refused('auth can-i list pods --as anna -n kube-system'), /^no/);
    assert.match(await refused('auth can-i create pods --as anna'), /^no/);
    assert.match(await refused('auth can-i get pods --subresource=log --as anna'), /^no/);
    assert.equal(await done('auth can-i get /version --as anna'), 'yes\n');
    assert.match(await done('auth can-i --list --as anna'), /pods +\[\] +\[\] +\[get list\]/);
  });

  test('whoami and --as say who acts', { skip }, async () => {
    assert.match(await done('auth whoami'), /Username +admin\nGroups +\[system:masters system:authenticated\]/);
    assert.match(await done('auth whoami --as bob --as-group a'), /Username +bob\nGroups +\[a system:authenticated\]/);
    const why = await refused('get secrets --as bob');
    assert.match(why, /\(Forbidden\): secrets is forbidden: User "bob" cannot list resource "secrets" in API group ""/);
    const account = 'system:serviceaccount:default:default';
    assert.match(await done(`auth whoami --as ${account}`), /system:serviceaccounts:default/);
  });

  test('a token that create token makes lets its account in, and no other token', { skip }, async () => {
    await make('serviceaccount robot');
    await make('clusterrolebinding robots --clusterrole=view --serviceaccount=default:robot');
    const token = (await done('create token robot --duration 10m')).trim();
    const { server: url, ca } = server.access;
    const robot = createKubectl({ server: url, ca, token });
    assert.match(await done('auth whoami', undefined, robot), /Username +system:serviceaccount:default:robot/);
    assert.match(await done('get configmaps -A', undefined, robot), /^$|NAME/);
    assert.match((await robot.run('get secrets')).err, /Forbidden/);
    await done('delete serviceaccount robot');
    assert.match((await robot.run('get configmaps')).err, /Unauthorized|logged in/);
    robot.close();
    const stranger = createKubectl({ server: url, ca, token: 'nobody.signed.this' });
    assert.match((await stranger.run('get configmaps')).err, /Unauthorized|logged in/);
    stranger.close();
    assert.match(await refused('create token robot'), /serviceaccounts "robot" not found/);
    assert.match(await refused('create token default --duration 60s'), /less than 10 minutes/);
  });

  test('auth reconcile makes roles and bindings as a file says', { skip }, async () => {
    const metadata = { name: 'watcher', namespace: 'default' };
    const rules = [{ apiGroups: [''], resources: ['services'], verbs: ['watch'] }];
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules };
    await done('apply -f -', role);
    assert.match(await done('auth reconcile -f - --dry-run=client', role), /watcher reconciled/);
    assert.match(await done('describe role watcher'), /services +\[\] +\[\] +\[watch\]/);
    assert.match(await done('get rolebindings readers'), /ROLE +AGE\nreaders +Role\/reader/);
  });
});
