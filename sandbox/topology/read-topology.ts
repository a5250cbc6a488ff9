/** From the text of a topology file to a validated topology, or to every problem in it with its line and column. */
import { LineCounter, parseDocument, isMap, isNode, isScalar, type Document } from 'yaml';
import { messageOf, SealaneError } from '#kit/index.ts';
import { addressed } from './addresses.ts';
import type { Topology } from './model.ts';
import {
  CLUSTER_FIELDS,
  type Path,
  type Problem,
  readFields,
  show,
  TOPOLOGY_FIELDS,
  type ClusterValues,
} from './schema.ts';

const MOST_CLUSTERS = 24;

/**
 * @param source what to call the text in errors, such as the file's path
 * @throws `sandbox/bad-topology` listing every problem as `source:line:column: path: what is wrong`
 */
export function readTopology(text: string, source: string): Topology {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw rejected(source, [`${source}:${at(lines, broken.pos[0])}: ${broken.message.split('\n')[0]}`]);

  const problems: Problem[] = [];
  const topology = validate(valueOf(document, source), (path, message) => problems.push({ path, message }));
  if (topology && problems.length === 0) return topology;
  throw rejected(
    source,
    problems.map(({ path, message }) => `${source}:${at(lines, offsetOf(document, path))}: ${dotted(path)}${message}`),
  );
}

/** An alias of nothing is noticed here only. */
function valueOf(document: Document, source: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw rejected(source, [`${source}: ${messageOf(error)}`]);
  }
}

function validate(value: unknown, report: (path: Path, message: string) => void): Topology | undefined {
  const values = readFields(TOPOLOGY_FIELDS, value, [], report);
  const list = values.clusters;
  if (!Array.isArray(list) || list.length === 0) {
    report(
      list === undefined ? [] : ['clusters'],
      `clusters must be a list of at least one cluster, not ${show(list)}`,
    );
    return undefined;
  }
  if (list.length > MOST_CLUSTERS) report(['clusters'], `has ${list.length} clusters, at most ${MOST_CLUSTERS} fit`);
  const clusters = list.map((item, i) => readCluster(item, i, report)).filter((cluster) => cluster !== undefined);
  reportDuplicates(clusters, report);
  return clusters.length === list.length ? addressed(values, clusters, report) : undefined;
}

function readCluster(value: unknown, i: number, report: (path: Path, message: string) => void) {
  const values = readFields(CLUSTER_FIELDS, value, ['clusters', i], report);
  if (values.name !== undefined) return values as ClusterValues;
  const named = value !== null && typeof value === 'object' && 'name' in value;
  if (!named) report(['clusters', i], 'name is missing');
  return undefined;
}

function reportDuplicates(clusters: readonly ClusterValues[], report: (path: Path, message: string) => void): void {
  const first = new Map<string, number>();
  for (const [i, { name }] of clusters.entries()) {
    const before = first.get(name);
    if (before !== undefined) report(['clusters', i, 'name'], `"${name}" is the name of clusters[${before}] already`);
    else first.set(name, i);
  }
}

/** Where the field's name stands, or the item of a list; the map around it when it is not there. */
function offsetOf(document: Document, path: Path): number {
  if (path.length === 0) return 0;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? (node.range?.[0] ?? 0) : offsetOf(document, path.slice(0, -1));
}

function at(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line || 1}:${col || 1}`;
}

function dotted(path: Path): string {
  const joined = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return joined === '' ? '' : `${joined.replace(/^\./, '')}: `;
}

function rejected(source: string, lines: readonly string[]): SealaneError {
  const counted = lines.length === 1 ? 'one problem' : `${lines.length} problems`;
  return new SealaneError('sandbox/bad-topology', `read topology ${source}: ${counted}\n  ${lines.join('\n  ')}`, {
    fields: { problems: lines },
  });
}
