/** Ports and ranges that have to be free, and the cluster around the machine. */
import { cidr, overlaps } from '#kit/index.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';
import type { ClusterFacts, Facts, PortRange } from './facts.ts';

export const NETWORK_CHECKS: readonly Check[] = [
  {
    name: 'lane-ports',
    about:
      'On a gateway, what comes to these ports goes into lanes: programs of the machine that listen there are not reached any more from outside.',
    judge: judgeLanePorts,
  },
  {
    name: 'local-ports',
    about:
      'A port that the machine takes for its own connections must be none that a gateway gives to lanes: answers would go to the wrong one.',
    judge: judgeLocalPorts,
  },
  {
    name: 'vip-range',
    about:
      'Addresses of imported services must not be anybody else’s: neither routed on this machine nor used by pods, services or nodes.',
    judge: judgeVipRange,
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
    about: 'Members of one set may differ for the time of an upgrade.',
    judge: onCluster(({ memberVersions }, { wanted }) => {
      const all = [...Object.entries(memberVersions), ['this one', wanted.version] as const];
      const distinct = new Set(all.map(([, version]) => version));
      if (distinct.size <= 1) return ok(`sealane ${wanted.version}`);
      return warn(all.map(([who, version]) => `${who} ${version}`).join(', '), 'upgrade the older ones');
    }),
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
  const taken = ports.filter(({ port }) => port >= lanePorts.first && port <= lanePorts.last);
  const names = [...new Set(taken.map(({ port, protocol }) => `${port}/${protocol}`))];
  if (names.length === 0) return ok(`${shown(lanePorts)} is free`);
  const most = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return warn(
    `in use on this machine: ${most}`,
    'ss -lntup shows by whom; choose --lane-ports elsewhere, on the member too',
  );
}

/** Where Kubernetes puts NodePorts unless told otherwise. */
const NODE_PORTS: PortRange = { first: 30_000, last: 32_767 };

function judgeLocalPorts({ wanted: { lanePorts, snatPorts }, machine: { localPorts } }: Facts): Finding {
  const hint = 'sysctl -w net.ipv4.ip_local_port_range="32768 60999"';
  for (const range of [lanePorts, snatPorts]) {
    if (meet(range, localPorts)) return fail(`${shown(localPorts)} meets ${shown(range)}, which gateways use`, hint);
    if (meet(range, NODE_PORTS))
      return warn(`NodePorts (${shown(NODE_PORTS)}) meet ${shown(range)}, which gateways use`);
  }
  return ok(`${shown(localPorts)}, apart from what gateways use`);
}

function judgeVipRange({ wanted: { vipRange }, machine: { routes }, cluster }: Facts): Finding {
  const known = cluster && 'value' in cluster ? cluster.value.ranges : [];
  const others = [
    ...routes.map(({ range, device }) => ({ range, whose: `a route by ${device}` })),
    ...known.map(({ range, what }) => ({ range, whose: what })),
  ];
  const vips = cidr(vipRange);
  const hits = others.filter(({ range }) => overlaps(vips, cidr(range)));
  const names = [...new Set(hits.map(({ range, whose }) => `${range} (${whose})`))].slice(0, 3);
  if (names.length > 0)
    return fail(`${vipRange} meets ${names.join(', ')}`, 'choose --vip-range elsewhere, on member and agents');
  return ok(`${vipRange} is nobody’s${cluster ? '' : ' on this machine; with --kubeconfig the cluster is asked, too'}`);
}

function meet(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function shown({ first, last }: PortRange): string {
  return `${first}-${last}`;
}
