import type { KubeObject } from '#objects/index.ts';
import { isClusterKey, type Problem } from '#plan/index.ts';
import type { FlomeshExportSpec } from './schema/service-export.ts';

export interface FlomeshServiceExport extends KubeObject {
  readonly spec?: FlomeshExportSpec;
}

/** What an ancestor's ServiceExport asks for, in plan's words. */
export interface ReadExport {
  /** Service port numbers to export, sorted; absent: all of them. */
  readonly portNumbers?: readonly number[];
  /** Names or `region/zone/group/cluster` keys of who may import; absent: every member. */
  readonly targetClusters?: readonly string[];
  /** `NotYetHonoured` for each HTTP field that is set: the export works without them. `MalformedKey` for a target that means nobody. */
  readonly problems: readonly Problem[];
}

export function readServiceExport(object: FlomeshServiceExport): ReadExport {
  const spec = object.spec ?? {};
  const numbers = [...new Set((spec.rules ?? []).flatMap(({ portNumber }) => portNumber ?? []))].toSorted(
    (a, b) => a - b,
  );
  return {
    ...(numbers.length > 0 && { portNumbers: numbers }),
    ...(spec.targetClusters?.length && { targetClusters: spec.targetClusters }),
    problems: [...malformedTargets(spec), ...notYetHonoured(spec)],
  };
}

/** A path of `/` lets everything through, as we do; a field at its default asks for nothing. */
function notYetHonoured(spec: FlomeshExportSpec): readonly Problem[] {
  const paths = [
    ...(spec.rules ?? []).map(({ path = '/' }, i) => path !== '/' && `spec.rules[${i}].path`),
    (spec.pathRewrite?.from || spec.pathRewrite?.to) && 'spec.pathRewrite',
    spec.sessionSticky && 'spec.sessionSticky',
    spec.loadBalancer && spec.loadBalancer !== 'RoundRobinLoadBalancer' && 'spec.loadBalancer',
    spec.serviceAccountName && spec.serviceAccountName !== '*' && 'spec.serviceAccountName',
  ];
  return paths.flatMap((path) => (path ? [problem(path)] : []));
}

function malformedTargets({ targetClusters = [] }: FlomeshExportSpec): readonly Problem[] {
  return targetClusters.flatMap((key, i) => {
    const path = `spec.targetClusters[${i}]`;
    const message = `${path} is "${key}", expected region/zone/group/cluster or a cluster's name: it means nobody`;
    return isClusterKey(key) ? [] : [{ path, reason: 'MalformedKey', message }];
  });
}

function problem(path: string): Problem {
  return {
    path,
    reason: 'NotYetHonoured',
    message: `${path} is not honoured yet: the port is exported and carried as plain TCP or UDP, without this field`,
  };
}
