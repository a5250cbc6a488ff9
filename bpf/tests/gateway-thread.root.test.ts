/**
 * Real connections from a caller through a gateway to a pod on its bridge and to a pod on another node, and back.
 *
 *   caller eth0 --- wan0 gateway pods0 (bridge) --- pod 10.244.1.5
 *                            lan0 (MTU 1400) --- lan0 second --- pod 10.244.2.5
 *
 * Beyond the caller is one more, and beside the second pod too, whom packets of 1300 bytes reach and larger ones do not.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import {
  createNamespaces,
  deleteNamespaces,
  ipBatch,
  ipJson,
  namespacePath,
  nft,
  run,
  setSysctls,
} from '#host/index.ts';
import {
  attachTc,
  collectRunStats,
  enterNamespace,
  hasTcx,
  type Program,
  programInfo,
  Refusal,
} from '#kernel/index.ts';
import {
  buildPrograms,
  CALLER,
  FAMILY,
  FORWARDING,
  GATEWAY,
  LAN_SIDE,
  LOCAL_POD,
  POD_SIDE,
  REMOTE_POD,
  Stand,
} from './gateway-stand.ts';

const prefix = `slt-${process.pid}`;
const spaces = {
  caller: `${prefix}-c`,
  gateway: `${prefix}-g`,
  pod: `${prefix}-p`,
  second: `${prefix}-n`,
  far: `${prefix}-f`,
  beyond: `${prefix}-b`,
};
type Space = keyof typeof spaces;
const MEGABYTE = 1 << 20;

const isFour = FAMILY === 'IPv4';
const UDP = isFour ? 'udp4' : 'udp6';
const onNet = (address: string): string => (isFour ? `${address}/24` : `${address}/64`);
const REMOTE_NET = isFour ? '10.244.2.0/24' : 'fd00:244:2::/64';
const REMOTE_SIDE = isFour ? '10.244.2.1' : 'fd00:244:2::1';
const SECOND_NODE = isFour ? '10.77.0.12' : 'fd00:10::12';
const NARROW_POD = isFour ? '10.244.2.6' : 'fd00:244:2::6';
const NARROW_CALLER = isFour ? '172.30.78.2' : 'fd00:78::2';
const NARROW_ROUTER = isFour ? '172.30.78.1' : 'fd00:78::1';
const NARROW_MTU = 1300;
/** Of the caller's device for a while. */
const SMALL_MTU = 1350;
/** What kernels before 6.6 have, and newer ones too. */
const METHODS = hasTcx() ? (['tcx', 'clsact'] as const) : (['clsact'] as const);
const give = (address: string, device: string): string =>
  `addr add ${onNet(address)} dev ${device}${isFour ? '' : ' nodad'}`;

/** Synchronous, so that the socket is made inside the namespace that the thread is in. */
const atOnce = (host: string, _: unknown, done: (error: null, address: string, family: number) => void): void =>
  done(null, host, isFour ? 4 : 6);

/** An address would be connected to on the next tick, outside the namespace; a name by this lookup is at once. */
const toGateway = {
  host: 'gateway',
  autoSelectFamily: false,
  lookup: (_: string, options: unknown, done: (error: null, address: string, family: number) => void): void =>
    atOnce(GATEWAY, options, done),
};

const inside = <T>(space: Space, act: () => T extends PromiseLike<unknown> ? never : T): T =>
  enterNamespace(namespacePath(spaces[space]), act);

async function wire(): Promise<void> {
  const { caller, gateway, pod, second, far, beyond } = spaces;
  await createNamespaces(Object.values(spaces));
  await ipBatch([
    `link add eth0 netns ${caller} type veth peer name wan0 netns ${gateway}`,
    `link add eth0 netns ${pod} type veth peer name pod1 netns ${gateway}`,
    `link add lan0 netns ${gateway} mtu 1400 type veth peer name lan0 netns ${second}`,
    `link add eth0 netns ${far} type veth peer name pods0 netns ${second}`,
    `link add eth0 netns ${beyond} type veth peer name eth1 netns ${caller}`,
  ]);
  const up = (...devices: string[]): string[] => devices.map((device) => `link set ${device} up`);
  await ipBatch([give(CALLER, 'eth0'), `addr add ${LOCAL_POD}/${isFour ? 32 : 128} dev lo`, ...up('lo', 'eth0')], {
    namespace: caller,
  });
  await ipBatch([give(LOCAL_POD, 'eth0'), ...up('eth0'), `route add default via ${POD_SIDE}`], {
    namespace: pod,
  });
  await ipBatch(
    [
      'link add pods0 type bridge',
      'link set pod1 master pods0',
      give(POD_SIDE, 'pods0'),
      give(LAN_SIDE, 'lan0'),
      give(GATEWAY, 'wan0'),
      ...up('lo', 'pod1', 'pods0', 'lan0', 'wan0'),
      `route add ${REMOTE_NET} via ${SECOND_NODE}`,
    ],
    { namespace: gateway },
  );
  await ipBatch([give(SECOND_NODE, 'lan0'), give(REMOTE_SIDE, 'pods0'), ...up('lan0', 'pods0')], {
    namespace: second,
  });
  await ipBatch([give(REMOTE_POD, 'eth0'), ...up('eth0'), `route add default via ${REMOTE_SIDE}`], {
    namespace: far,
  });
  await narrow();
  for (const namespace of [gateway, second, caller]) await setSysctls({ [FORWARDING]: '1' }, { namespace });
}

/** Hops that carry less than the links of both ends, so that only an ICMP error tells. */
async function narrow(): Promise<void> {
  const { caller, gateway, second, far, beyond } = spaces;
  const [net] = onNet(NARROW_CALLER).split('2/');
  await ipBatch([give(NARROW_CALLER, 'eth0'), 'link set eth0 up', `route add default via ${NARROW_ROUTER}`], {
    namespace: beyond,
  });
  const lock = `mtu lock ${NARROW_MTU}`;
  await ipBatch([give(NARROW_ROUTER, 'eth1'), 'link set eth1 up', `route add ${NARROW_CALLER} dev eth1 ${lock}`], {
    namespace: caller,
  });
  await ipBatch([`route add ${net}${isFour ? '0/24' : '/64'} via ${CALLER}`], { namespace: gateway });
  await ipBatch([`route add ${NARROW_POD} dev pods0 ${lock}`], { namespace: second });
  await ipBatch([give(NARROW_POD, 'eth0')], { namespace: far });
}

/** The size of packets towards an address that a namespace has been told of. */
async function learnt(space: Space, address: string): Promise<number> {
  const text = await run('ip', ['-n', spaces[space], 'route', 'get', address]);
  return Number(/ mtu (\d+)/.exec(text)?.[1] ?? 0);
}

const IP = isFour ? 'ip' : 'ip6';
const PODS = isFour ? '10.244.0.0/16, 10.77.0.0/24' : 'fd00:244::/32, fd00:10::/64';

/** Everything that crosses the caller's device, and what of it names an address of the pods' side. */
const capture = `
table netdev capture {
  set pods { type ${isFour ? 'ipv4_addr' : 'ipv6_addr'}; flags interval; elements = { ${PODS} } }
  chain in {
    type filter hook ingress device eth0 priority 0;
    ${IP} saddr @pods counter comment "pod"; ${IP} daddr @pods counter comment "pod"
    counter comment "all"
  }
  chain out {
    type filter hook egress device eth0 priority 0;
    ${IP} saddr @pods counter comment "pod"; ${IP} daddr @pods counter comment "pod"
    counter comment "all"
  }
}`;

async function captured(): Promise<{ all: number; pod: number }> {
  const text = await run('nsenter', [
    `--net=${namespacePath(spaces.caller)}`,
    'nft',
    'list',
    'table',
    'netdev',
    'capture',
  ]);
  const sum = { all: 0, pod: 0 };
  for (const [, packets, kind] of text.matchAll(/counter packets (\d+) bytes \d+ comment "(all|pod)"/g)) {
    sum[kind as 'all' | 'pod'] += Number(packets);
  }
  return sum;
}

/** Whatever became of a connection, nothing of it outlives the tests. */
const open = new Set<Socket>();
function endLater(socket: Socket): void {
  open.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
}

/** Answers with its name and what it was sent; sends `bytes` of its own when asked to. */
function serveTcp(space: Space, name: string, seen: string[]): Server {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    seen.push((socket.remoteAddress ?? '').replace('::ffff:', ''));
    endLater(socket);
    const hash = createHash('sha256');
    socket.on('data', (chunk) => hash.update(chunk));
    socket.on('end', () => socket.end(`${name} ${hash.digest('hex')}`));
  });
  inside(space, () => void server.listen(8080));
  return server;
}

function serveLoad(space: Space, load: Buffer): Server {
  const server = createServer((socket) => {
    endLater(socket);
    socket.end(load);
  });
  inside(space, () => void server.listen(8081));
  return server;
}

/** Bound to the pod’s address: over IPv6 an answer would else come from the newest one, which is no flow’s. */
function serveUdp(space: Space, name: string, address: string): Datagrams {
  const socket = createSocket({ type: UDP, lookup: atOnce as never });
  socket.on('message', (message, from) => socket.send(`${name} ${message.toString()}`, from.port, from.address));
  inside(space, () => void socket.bind({ address, port: 5353 }));
  return socket;
}

/** The caller's, which is gone after the test, however that ends. */
function datagrams(context: TestContext): Datagrams {
  const socket = createSocket({ type: UDP, lookup: atOnce as never });
  context.after(() => socket.close());
  inside('caller', () => void socket.bind({ address: CALLER, port: 0 }));
  return socket;
}

/** What the kernel tells a datagram's sender. */
async function refusal(socket: Datagrams, port: number): Promise<string | undefined> {
  inside('caller', () => socket.connect(port, GATEWAY));
  await once(socket, 'connect', { signal: AbortSignal.timeout(5000) });
  socket.send('anyone?');
  const [error] = (await once(socket, 'error', { signal: AbortSignal.timeout(5000) })) as [NodeJS.ErrnoException];
  return error.code;
}

function dial(port: number, from: Space = 'caller'): Socket {
  return inside(from, () => connect({ ...toGateway, port, allowHalfOpen: true }));
}

/** Sends all, then reads all. */
async function exchange(port: number, bytes: Buffer, from: Space = 'caller'): Promise<Buffer> {
  const socket = dial(port, from);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(bytes);
  try {
    await once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  } finally {
    socket.destroy();
  }
  return Buffer.concat(chunks);
}

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

for (const method of METHODS) describe(`calls through a gateway whose programs sit on ${method}`, () => calls(method));

function calls(method: (typeof METHODS)[number]): void {
  let stand: Stand;
  const things = new AsyncDisposableStack();
  const seen: string[] = [];
  const load = randomBytes(4 * MEGABYTE);

  before(async () => {
    await buildPrograms();
    things.defer(() => deleteNamespaces(Object.values(spaces)));
    await wire();
    await nft(capture, { namespace: spaces.caller });
    const devices = await ipJson<{ ifname: string; ifindex: number }>(['link', 'show'], { namespace: spaces.gateway });
    stand = new Stand(spaces.gateway, new Map(devices.map(({ ifname, ifindex }) => [ifname, ifindex])), {});
    things.defer(() => stand.close());
    stand.reset([
      { port: 10_001, pods: [{ address: LOCAL_POD }] },
      { port: 10_002, mss: isFour ? 1360 : 1340, pods: [{ address: REMOTE_POD }] },
      { port: 10_003, pods: [{ address: LOCAL_POD, port: 8081 }] },
      { port: 10_004, mss: isFour ? 1360 : 1340, pods: [{ address: REMOTE_POD, port: 8081 }] },
      { port: 10_005, pods: [{ address: REMOTE_POD }] },
      { port: 10_007, pods: [{ address: NARROW_POD }] },
      { port: 10_006, pods: [{ address: REMOTE_POD, port: 9 }] },
      { port: 10_001, proto: 'udp', pods: [{ address: LOCAL_POD, port: 5353 }] },
      { port: 10_002, proto: 'udp', pods: [{ address: REMOTE_POD, port: 5353 }] },
      { port: 10_003, proto: 'udp', pods: [{ address: REMOTE_POD, port: 9 }] },
    ]);
    inside('gateway', () => {
      attach(stand.programs.incoming, 'wan0');
      for (const device of ['pods0', 'lan0']) attach(stand.programs.back, device);
    });
    things.use(collectRunStats());
    for (const [space, name, address] of [
      ['pod', 'near', LOCAL_POD],
      ['far', 'far', REMOTE_POD],
    ] as const) {
      const servers = [serveTcp(space, name, seen), serveLoad(space, load), serveUdp(space, name, address)];
      for (const server of servers) things.defer(() => void server.close());
    }
    things.defer(() => open.forEach((socket) => socket.destroy()));
  });
  after(() => things.disposeAsync());

  function attach(program: Program, device: string): void {
    const link = attachTc(program, device, 'ingress', { filter: FAMILY, method });
    things.defer(() => link.close());
  }

  const tooBig = (): bigint => stand.inbound.map('refusals').counter(Refusal.TooBig);

  for (const offload of ['with', 'without'] as const) {
    describe(`${offload} segmentation offload`, () => {
      before(async () => {
        const segments = offload === 'with' ? 65_535 : 1;
        for (const space of ['caller', 'pod', 'far'] as const) {
          await ipBatch([`link set eth0 gso_max_segs ${segments}`], { namespace: spaces[space] });
        }
      });

      for (const [where, port] of [
        ['on the gateway’s node', 10_001],
        ['on another node', 10_002],
      ] as const) {
        test(`a pod ${where} gets what the caller sends`, async () => {
          const answer = await exchange(port, load);
          assert.equal(answer.toString(), `${port === 10_001 ? 'near' : 'far'} ${sha(load)}`);
        });

        test(`the caller gets what a pod ${where} sends`, async () => {
          assert.equal(sha(await exchange(port + 2, Buffer.alloc(0))), sha(load));
        });
      }
    });
  }

  test('pods see the node’s own address, and on another node the LAN’s', () => {
    assert.deepEqual([...new Set(seen)].toSorted(), [LAN_SIDE, POD_SIDE].toSorted());
  });

  test('a lane without segment size still works: the caller is told what fits', async () => {
    const before = tooBig();
    assert.equal((await exchange(10_005, load)).toString(), `far ${sha(load)}`);
    assert.ok(tooBig() > before);
  });

  for (const [name, port] of [
    ['near', 10_001],
    ['far', 10_002],
  ] as const) {
    test(`datagrams reach the ${name} pod and come back`, async (context) => {
      const socket = datagrams(context);
      for (const word of ['one', 'two', 'three']) {
        socket.send(word, port, GATEWAY);
        const [message, from] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [
          Buffer,
          { address: string; port: number },
        ];
        assert.deepEqual([message.toString(), from.address, from.port], [`${name} ${word}`, GATEWAY, port]);
      }
    });
  }

  test('two hundred short calls all succeed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => exchange(10_001 + (i % 2), Buffer.from(`${i}`))),
    );
    for (const [i, answer] of answers.entries()) {
      assert.equal(answer.toString(), `${i % 2 ? 'far' : 'near'} ${sha(Buffer.from(`${i}`))}`);
    }
  });

  test('a lane port that nobody has, and a pod’s closed port, refuse a connection at once', async () => {
    for (const port of [10_777, 10_006]) {
      const [error] = (await once(dial(port), 'error', { signal: AbortSignal.timeout(5000) })) as [
        NodeJS.ErrnoException,
      ];
      assert.equal(error.code, 'ECONNREFUSED');
    }
  });

  for (const [whose, port] of [
    ['a lane port that nobody has', 10_777],
    ['a pod’s closed port', 10_003],
  ] as const) {
    test(`${whose} refuses a datagram at once`, async (context) => {
      assert.equal(await refusal(datagrams(context), port), 'ECONNREFUSED');
    });
  }

  test('a caller’s device that carries less than a pod’s: the pod is told what fits', async (context) => {
    await ipBatch([`link set wan0 mtu ${SMALL_MTU}`], { namespace: spaces.gateway });
    context.after(() => ipBatch(['link set wan0 mtu 1500'], { namespace: spaces.gateway }));
    const before = tooBig();
    assert.equal(sha(await exchange(10_003, Buffer.alloc(0))), sha(load));
    assert.deepEqual([await learnt('pod', POD_SIDE), tooBig() > before], [SMALL_MTU, true]);
  });

  test('a pod behind a narrow hop gets what the caller sends: the caller learns what fits', async () => {
    assert.equal((await exchange(10_007, load)).toString(), `far ${sha(load)}`);
    assert.equal(await learnt('caller', GATEWAY), NARROW_MTU);
  });

  test('a caller behind a narrow hop gets what the pod sends: the pod learns what fits', async () => {
    assert.equal(sha(await exchange(10_003, Buffer.alloc(0), 'beyond')), sha(load));
    assert.equal(await learnt('pod', POD_SIDE), NARROW_MTU);
  });

  test('no address of a pod or of the pods’ side was on the caller’s wire', async (context) => {
    const { all, pod } = await captured();
    assert.ok(all > 1000, `only ${all} packets were captured`);
    assert.equal(pod, 0);
    for (const program of [stand.programs.incoming, stand.programs.back]) {
      const { runCount, runTimeNs, verifiedInstructions } = programInfo(program.fd);
      context.diagnostic(
        `${program.name}: ${runTimeNs / runCount} ns a packet of ${runCount}, ${verifiedInstructions} instructions verified`,
      );
    }
  });
}
