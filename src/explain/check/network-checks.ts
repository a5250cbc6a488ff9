/** Ports and ranges that have to be free, and the cluster around the machine. */
import { DEFAULT_PROBE_PORT, NODE_PORTS, SUBSTITUTE_RANGES } from '#api/index.ts';
import { cidr, overlaps, rangeOf } from '#kit/index.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';
import type { ClusterFacts, Facts, PortRange } from './facts.ts';
import { holds, otherTraffic, shown } from './other-traffic.ts';

export const NETWORK_CHECKS: readonly Check[] = [
  {
    name: 'lane-ports',
    about:
      'On a gateway, what comes to these ports goes into lanes: programs of the machine that listen there are not reached any more from outside.',
    judge: judgeLanePorts,
  },
  {
    name: 'probe-port',
    about:
      'Gateways ask one another there, by UDP, whether they are up: nothing else may come to that port, and no program of the machine may hold it.',
    judge: judgeProbePort,
  },
  {
    name: 'local-ports',
    about:
      'A port that the machine takes for its own connections must be none that a gateway gives to lanes, or probes from: answers would go to the wrong one.',
    judge: judgeLocalPorts,
  },
  {
    name: 'vip-range',
    about:
      'Addresses of imported services must not be anybody else’s: neither routed on this machine nor used by pods, services or nodes, in neither address family.',
    judge: judgeVipRanges,
  },
  {
    name: 'substitute-ranges',
    about:
      'Where pod ranges of members overlap, addresses of these ranges stand for single pods of headless services; the whole set uses the same.',
    judge: judgeSubstitutes,
  },
  {
    name: 'api-server',
    about: 'sealane’s kinds carry rules that Kubernetes 1.29 and newer evaluate.',
    judge({ cluster }) {
      if (!cluster) return undefined;
      if ('problem' in cluster) return fail(cluster.problem, cluster.hint);
      const { version, unread } = cluster.value;
      const [major = 0, minor = 0] = version
        .replace(/^v/, '')
        .split('.')
        .map((part) => Number.parseInt(part, 10));
      if (major < 1 || (major === 1 && minor < 29)) return warn(`Kubernetes ${version}: older than 1.29`);
      if (unread.length > 0)
        return warn(`${version}; not allowed to list ${unread.join(', ')}`, 'use an admin’s kubeconfig');
      return ok(version);
    },
  },
  {
    name: 'clock',
    about: 'Certificates, leases and ages are compared between machines.',
    judge: onCluster(({ skewMs }) => {
      const seconds = Math.round(Math.abs(skewMs) / 1000);
      const message = `${seconds} s ${skewMs < 0 ? 'ahead of' : 'behind'} the API server`;
      if (seconds <= CLOCK_WARN_S) return ok('agrees with the API server');
      return (seconds > CLOCK_FAIL_S ? fail : warn)(message, 'keep time by NTP on both');
    }),
  },
  {
    name: 'versions',
    about: 'Members of one set, and the processes of one, may differ by one minor version, for the time of an upgrade.',
    judge: onCluster(judgeVersions),
  },
];

/** The header that tells the server's time has whole seconds, and the way takes its time. */
const CLOCK_WARN_S = 3;
const CLOCK_FAIL_S = 60;

/** One that did not answer is `api-server`'s to tell. */
function onCluster(judge: (cluster: ClusterFacts, facts: Facts) => Finding): Check['judge'] {
  return (facts) => (facts.cluster && 'value' in facts.cluster ? judge(facts.cluster.value, facts) : undefined);
}

function judgeLanePorts({ wanted: { lanePorts, snatPorts }, machine: { ports } }: Facts): Finding {
  if (meet(lanePorts, snatPorts)) {
    return fail(
      `${shown(lanePorts)} meets ${shown(snatPorts)}, which gateways use towards pods`,
      'choose --lane-ports elsewhere',
    );
  }
  const taken = ports.filter(({ port }) => holds(lanePorts, port));
  const names = [...new Set(taken.map(({ port, protocol }) => `${port}/${protocol}`))];
  if (names.length === 0) return ok(`${shown(lanePorts)} is free`);
  const most = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return warn(
    `in use on this machine: ${most}`,
    'ss -lntup shows by whom; choose --lane-ports elsewhere, on the member too',
  );
}

const PROBE_PORT_HINT = `choose another --probe-port; the default is ${DEFAULT_PROBE_PORT}`;

/** An agent refuses a port of other traffic; one that is taken it waits for, and probes nobody meanwhile. */
function judgeProbePort({ wanted: { probePort, lanePorts }, machine: { ports } }: Facts): Finding {
  const other = otherTraffic(probePort, lanePorts);
  if (other !== undefined) return fail(`${probePort}: ${other}`, PROBE_PORT_HINT);
  if (ports.some(({ port, protocol }) => port === probePort && protocol === 'udp'))
    return warn(`in use on this machine: ${probePort}/udp`, `ss -lnup shows by whom; ${PROBE_PORT_HINT}`);
  return ok(`${probePort}/udp is free`);
}

function judgeLocalPorts({ wanted: { lanePorts, snatPorts, probePort }, machine: { localPorts } }: Facts): Finding {
  const hint = 'sysctl -w net.ipv4.ip_local_port_range="32768 60999"';
  for (const range of [lanePorts, snatPorts]) {
    if (meet(range, localPorts)) return fail(`${shown(localPorts)} meets ${shown(range)}, which gateways use`, hint);
    if (meet(range, NODE_PORTS))
      return warn(`NodePorts (${shown(NODE_PORTS)}) meet ${shown(range)}, which gateways use`);
  }
  if (holds(localPorts, probePort))
    return warn(`${shown(localPorts)} meets ${probePort}, the probe port`, PROBE_PORT_HINT);
  return ok(`${shown(localPorts)}, apart from what gateways use`);
}

function judgeVipRanges(facts: Facts): Finding {
  const { wanted, cluster } = facts;
  const ranges = wanted.vipRanges.join(' and ');
  const hits = meeting(wanted.vipRanges, facts);
  if (hits.length > 0) return fail(hits.join('; '), 'choose --vip-range elsewhere, on member and agents');
  const stray = strayVips(facts);
  if (stray.length > 0)
    return warn(`imports have ${stray.join(', ')}, outside ${ranges}`, 'say --vip-range as the member has it');
  return ok(`${ranges}: nobody’s${cluster ? '' : ' on this machine; with --kubeconfig the cluster is asked, too'}`);
}

function judgeSubstitutes(facts: Facts): Finding {
  const ranges = Object.values(SUBSTITUTE_RANGES);
  const hits = meeting(ranges, facts);
  if (hits.length === 0) return ok(`${ranges.join(' and ')}: nobody’s`);
  return warn(hits.join('; '), 'headless services of members whose pod ranges overlap are not reached there');
}

/** What others use of these ranges, of each the first few. */
function meeting(ours: readonly string[], { machine: { routes }, cluster }: Facts): string[] {
  const known = cluster && 'value' in cluster ? cluster.value.ranges : [];
  const others = [
    ...routes.map(({ range, device }) => ({ range, whose: `a route by ${device}` })),
    ...known.map(({ range, what }) => ({ range, whose: what })),
  ];
  return ours.flatMap((range) => {
    const hits = others.filter((other) => overlaps(cidr(range), cidr(other.range)));
    const names = [...new Set(hits.map((one) => `${one.range} (${one.whose})`))].slice(0, 3);
    return names.length > 0 ? `${range} meets ${names.join(', ')}` : [];
  });
}

function strayVips({ wanted, cluster }: Facts): string[] {
  const given = cluster && 'value' in cluster ? cluster.value.vips : [];
  const ranges = wanted.vipRanges.map(cidr);
  return given.filter((vip) => !ranges.some((range) => overlaps(range, rangeOf(vip)))).slice(0, 3);
}

/** Neighbours in version agree with each other: what is two apart was never tried. */
function judgeVersions({ versions }: ClusterFacts, { wanted }: Facts): Finding {
  const all = [...Object.entries(versions), ['this one', wanted.version] as const];
  const distinct = [...new Set(all.map(([, version]) => version))];
  if (distinct.length <= 1) return ok(`sealane ${wanted.version}`);
  const say = distinct.some((one) => distinct.some((other) => areFarApart(one, other))) ? fail : warn;
  return say(
    all.map(([who, version]) => `${who} ${version}`).join(', '),
    'upgrade the older ones, one minor version at a time',
  );
}

function areFarApart(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  if (a?.[1] === undefined || b?.[1] === undefined) return false; // built from sources
  return a[0] !== b[0] || Math.abs(a[1] - b[1]) > 1;
}

function meet(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}
