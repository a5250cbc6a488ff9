/** Loads the socket hooks and puts them on the pods' cgroup; a restart swaps the programs in place. */
import { attachCgroup, type BpfMap, type LoadedObject, loadObject } from '#kernel/index.ts';

const HOOKS = ['connect4', 'sendmsg4', 'recvmsg4', 'getpeername4', 'sock_release', 'sockops'] as const;

export interface Hooks {
  map(name: string): BpfMap;
  /** Call when the tables hold what they should: from then on sockets are hooked. */
  attach(): void;
}

/** @throws `kernel/...` with what the machine lacks */
export function loadHooks(folder: string, pinDir: string, cgroup: string): Hooks {
  const objects = HOOKS.map((hook) => [hook, loadObject(`${folder}/${hook}.bpf.o`, { pinDir })] as const);
  return {
    map: (name) =>
      mapOf(
        objects.map(([, object]) => object),
        name,
      ),
    attach() {
      for (const [hook, object] of objects)
        attachCgroup(object.program(hook), cgroup, { pin: `${pinDir}/links/${hook}` });
    },
  };
}

export function mapOf(objects: readonly LoadedObject[], name: string): BpfMap {
  const holder = objects.find((object) => object.maps.has(name)) ?? objects[0];
  if (!holder) throw new Error('no object is loaded');
  return holder.map(name);
}
