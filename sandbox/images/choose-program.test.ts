import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, chooseProgram } from './choose-program.ts';

const has = (name: string) => ['sh', 'sleep'].includes(name);

const SCRIPT = `
  pipy()
  .listen(9000)
  .serveHTTP(() => new Message(os.env['HOSTNAME'] + '\\n'))
`;

test('a program of the machine runs as it is', () => {
  assert.deepEqual(chooseProgram({ image: 'curlimages/curl', command: ['sleep', '365d'] }, has), {
    kind: 'own',
    argv: ['sleep', '365d'],
  });
});

test('pipy is stood in for on the port of its script, with what the script answers', () => {
  const program = chooseProgram({ image: 'flomesh/pipy:latest', command: ['pipy', '-e', SCRIPT] }, has);
  assert.equal(program.kind, 'stand-in');
  assert.deepEqual(program.kind === 'stand-in' && program.args, [
    'serve-http',
    '--port',
    '9000',
    '--text',
    '$(HOSTNAME)\n',
  ]);
});

test('the image alone with arguments is the same', () => {
  const program = chooseProgram({ image: 'flomesh/pipy:1.0@sha256:00', args: ['-e', SCRIPT] }, has);
  assert.equal(program.kind === 'stand-in' && program.args[2], '9000');
});

test('well-known images without a command have a built-in', () => {
  const argsOf = (image: string) => {
    const program = chooseProgram({ image }, has);
    return program.kind === 'stand-in' ? program.args : program.kind;
  };
  assert.deepEqual(argsOf('docker.io/library/nginx:1.27'), ['serve-http', '--port', '80']);
  assert.deepEqual(argsOf('localhost:5000/nginx'), 'missing');
  assert.equal(argsOf('busybox'), 'own');
});

test('anything else is refused with what could be used', () => {
  const unknown = chooseProgram({ image: 'corp/thing:1' }, has);
  assert.ok(unknown.kind === 'missing' && /"corp\/thing:1" has no stand-in.*nginx/.test(unknown.message));
  const command = chooseProgram({ image: 'corp/thing:1', command: ['thingd'] }, has);
  assert.ok(command.kind === 'missing' && /"thingd"/.test(command.message));
});

test('what a script answers is read only where it can be', () => {
  assert.equal(answerOf("pipy().serveHTTP(new Message('hi'))"), 'hi');
  assert.equal(answerOf('serveHTTP(() => new Message("a" + os.env.POD + "b"))'), 'a$(POD)b');
  assert.equal(answerOf('serveHTTP(req => new Message(req.head.path))'), undefined);
  assert.equal(answerOf(''), undefined);
});
