/** What each of our programs is for: which event runs it, and what it does then. */
import { eventOf, objects } from '#kernel/index.ts';
import { SealaneError } from '#kit/index.ts';

export interface Purpose {
  readonly program: string;
  /** Name of its object, without `.bpf.o`. */
  readonly object: string;
  readonly event: string;
  readonly does: string;
  /** enum bpf_attach_type */
  readonly attachType: number;
}

export function programPurposes(): Purpose[] {
  return Object.entries(objects).flatMap(([object, { about, programs }]) =>
    Object.entries(programs).map(([program, { section, attachType }]) => ({
      ...{ program, object, event: eventOf(section), does: about, attachType },
    })),
  );
}

/** @param name of an object or a program: `gateway-in`, `gateway_in`. @throws `agent/unknown-program` */
export function programNamed(name: string): Purpose {
  const known = programPurposes();
  const found = known.find(({ object, program }) => object === name || program === name);
  if (found) return found;
  throw new SealaneError('agent/unknown-program', `find program "${name}"`, {
    hint: `known are ${known.map(({ program }) => program).join(', ')}`,
  });
}

/** File name of the object that holds a program. @throws `agent/unknown-program` */
export function objectOf(name: string): string {
  return `${programNamed(name).object}.bpf.o`;
}
