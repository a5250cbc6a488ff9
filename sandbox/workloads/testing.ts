/** Pods and Services for tests. */
import type { Service } from '#api/index.ts';
import type { Node, Pod } from './kinds.ts';

export function aPod(name: string, { ready = true, ...change }: Partial<Pod> & { ready?: boolean } = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'demo', uid: `uid-${name}`, labels: { app: 'web' }, ...change.metadata },
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 8080 }] }],
      ...change.spec,
    },
    status: {
      phase: 'Running',
      podIP: '10.244.1.2',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...change.status,
    },
  };
}

export function aService(spec: Service['spec'] = {}): Service {
  const ports = [{ name: 'web', port: 80, targetPort: 'http' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'demo', uid: 'uid-web' },
    spec: { selector: { app: 'web' }, ports, ...spec },
  };
}

export function aNode(name: string, change: Partial<Node> = {}): Node {
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status, ...change };
}
