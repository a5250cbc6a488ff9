/**
 * The network of the measurements as data: one caller, one pod, and between them a gateway for each kind of path, all on wires of
 * the same make. What differs is only what the gateway does. Pure.
 *
 *   caller ── wan0 [gateway] pods0 ── pod          every gateway in a namespace of its own
 *
 * Callers have 65,536 addresses a wire and the pod 256 (whole ranges are local), so no path runs out of ports.
 */

export const WIRES = ['route', 'conntrack', 'dnat', 'lane', 'lane2', 'proxy'] as const;
export type WireName = (typeof WIRES)[number];

/** Addresses of the pod that are called in turn, or that a path spreads connections over: eight pods, as it were. */
export const PODS = 8;
export const POD_PORT = 8080;
export const LANE_PORT = 10_001;
/** Virtual addresses: of the pods, of a lane, of the lanes of two gateways. */
export const VIPS = { pod: '240.10.0.1', lane: '240.10.0.2', twoGateways: '240.10.0.3' } as const;
export const VIP_PORT = 80;
/** How long a backend is left out the first time; the product's default is longer, here it only spaces the faults. */
export const EJECTED_MS = 1_500;

export interface Wire {
  readonly name: WireName;
  readonly namespace: string;
  /** The caller's addresses on this wire: a /16, of which this is the second. */
  readonly callers: string;
  readonly callerRange: string;
  readonly podRange: string;
  readonly pods: readonly string[];
  /** The gateway as the caller sees it, and as the pod does. */
  readonly front: string;
  readonly back: string;
  readonly callerDevice: string;
  readonly podDevice: string;
  readonly callerEnd: string;
  readonly podEnd: string;
}

export interface WirePlan {
  readonly caller: string;
  readonly pod: string;
  readonly wires: Readonly<Record<WireName, Wire>>;
}

/** @param stage what every name begins with */
export function planWires(stage: string): WirePlan {
  const wires = WIRES.map((name, i) => [name, wire(stage, name, i + 1)] as const);
  return { caller: `${stage}-caller`, pod: `${stage}-pod`, wires: Object.fromEntries(wires) as Record<WireName, Wire> };
}

function wire(stage: string, name: WireName, n: number): Wire {
  return {
    name,
    namespace: `${stage}-${name}`,
    callers: `10.${100 + n}.0.1`,
    callerRange: `10.${100 + n}.0.0/16`,
    podRange: `10.${n}.0.0/24`,
    pods: Array.from({ length: PODS }, (_, i) => `10.${n}.0.${i + 1}`),
    front: `172.16.${n}.2`,
    back: `172.17.${n}.1`,
    callerDevice: `wan${n}`,
    podDevice: `eth${n}`,
    callerEnd: `172.16.${n}.1`,
    podEnd: `172.17.${n}.2`,
  };
}

/** `ip` lines of the machine's namespace: both links of each gateway. */
export function linkLines({ caller, pod, wires }: WirePlan): string[] {
  return Object.values(wires).flatMap(({ namespace, callerDevice, podDevice }) => [
    `link add name wan0 netns ${namespace} type veth peer name ${callerDevice} netns ${caller}`,
    `link add name pods0 netns ${namespace} type veth peer name ${podDevice} netns ${pod}`,
  ]);
}

/** `ip` lines of each namespace. */
export function insideLines(plan: WirePlan): Readonly<Record<string, readonly string[]>> {
  const wires = Object.values(plan.wires);
  return {
    [plan.caller]: ['link set lo up', ...wires.flatMap(callerLines)],
    [plan.pod]: ['link set lo up', ...wires.flatMap(podLines)],
    ...Object.fromEntries(wires.map((one) => [one.namespace, gatewayLines(one)])),
  };
}

function callerLines({ callerDevice, callerEnd, callerRange, podRange, front }: Wire): string[] {
  return [
    `addr add ${callerEnd}/30 dev ${callerDevice}`,
    `link set ${callerDevice} up`,
    `route add local ${callerRange} dev lo`,
    `route add ${podRange} via ${front}`,
  ];
}

function podLines({ podDevice, podEnd, podRange, callerRange, back }: Wire): string[] {
  return [
    `addr add ${podEnd}/30 dev ${podDevice}`,
    `link set ${podDevice} up`,
    `route add local ${podRange} dev lo`,
    `route add ${callerRange} via ${back}`,
  ];
}

function gatewayLines({ front, back, callerRange, callerEnd, podRange, podEnd }: Wire): string[] {
  return [
    'link set lo up',
    `addr add ${front}/30 dev wan0`,
    `addr add ${back}/30 dev pods0`,
    'link set wan0 up',
    'link set pods0 up',
    `route add ${callerRange} via ${callerEnd}`,
    `route add ${podRange} via ${podEnd}`,
  ];
}

/** The same in every namespace. Closed connections give their ports back at once: no proxy is measured on an empty range of ports. */
export const SETTINGS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.tcp_tw_reuse': '1',
  'net.ipv4.ip_local_port_range': '"1024 65000"',
  'net.ipv4.tcp_max_syn_backlog': '16384',
  'net.core.somaxconn': '16384',
  'net.ipv4.tcp_syncookies': '0',
};
