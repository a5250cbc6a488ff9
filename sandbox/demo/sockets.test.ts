import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { establishedIn, parseTcp, socketsOf } from './sockets.ts';

test('reads ports, state and inode', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100 0 0 10 0
   1: 0300F40A:B5C2 0A4D1EAC:2710 01 00000000:00000000 02:000007D0 00000000     0        0 12399 2 0 20 4 30 10 -1
`;
  assert.deepEqual(parseTcp(text), [
    { localPort: 8080, remotePort: 0, state: 10, inode: '12345' },
    { localPort: 46530, remotePort: 10000, state: 1, inode: '12399' },
  ]);
  assert.deepEqual(parseTcp(''), []);
});

test('finds the process that holds a connection', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  const held = establishedIn(process.pid).filter(({ localPort, remotePort }) => [localPort, remotePort].includes(port));
  const ours = socketsOf(process.pid);
  assert.equal(held.length, 2);
  assert.ok(held.every(({ inode }) => ours.has(inode)));
  client.destroy();
  server.close();
});
