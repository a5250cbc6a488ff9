/** What a kubelet must know after its own restart: one file a pod, written whole. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Termination {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface ContainerRecord {
  /** While it runs. */
  process?: { readonly pid: number; readonly startTime: string };
  startedAt?: string;
  restartCount: number;
  started: boolean;
  ready: boolean;
  /** How the run that is over ended; of a running container, how the one before did. */
  ended?: Termination;
  /** Why it does not run. */
  waiting?: { readonly reason: string; readonly message?: string };
  env?: Readonly<Record<string, string>>;
}

export interface PodRecord {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  /** One of each family, the primary one first. */
  readonly addresses: readonly string[];
  /** Network namespace. */
  readonly netns: string;
  /** Its own network namespace, to be removed with it. */
  readonly ownsNetwork: boolean;
  readonly startTime: string;
  readonly containers: Record<string, ContainerRecord>;
}

export interface Records {
  load(): PodRecord[];
  save(record: PodRecord): void;
  remove(uid: string): void;
  /** Folder of a pod; exists after `save`. */
  folder(uid: string): string;
  /** Of run number `run` of a container. */
  logFile(uid: string, container: string, run: number): string;
}

export function openRecords(stateDir: string): Records {
  const root = join(stateDir, 'pods');
  mkdirSync(root, { recursive: true });
  const folder = (uid: string) => join(root, uid);
  return {
    folder,
    load: () => readdirSync(root).flatMap((uid) => read(join(root, uid, 'pod.json'))),
    save(record) {
      mkdirSync(folder(record.uid), { recursive: true });
      const file = join(folder(record.uid), 'pod.json');
      writeFileSync(`${file}.half`, JSON.stringify(record));
      renameSync(`${file}.half`, file);
    },
    remove: (uid) => rmSync(folder(uid), { recursive: true, force: true }),
    logFile(uid, container, run) {
      mkdirSync(join(folder(uid), 'log'), { recursive: true });
      return join(folder(uid), 'log', `${container}.${run}.log`);
    },
  };
}

function read(file: string): PodRecord[] {
  return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as PodRecord] : [];
}
