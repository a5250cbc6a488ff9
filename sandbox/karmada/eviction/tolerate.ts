/** Which taints a placement puts up with, and for how long. Pure. */
import type { KarmadaTaint } from '#api/index.ts';
import type { Toleration } from '../types.ts';

export function tolerates({ key = '', operator = 'Equal', value = '', effect }: Toleration, taint: KarmadaTaint) {
  if (effect && effect !== taint.effect) return false;
  if (key === '') return operator === 'Exists';
  if (key !== taint.key) return false;
  return operator === 'Exists' || value === (taint.value ?? '');
}

/** Taints that keep something new away. */
export function repels(taints: readonly KarmadaTaint[], tolerations: readonly Toleration[]): boolean {
  return taints.some(
    (taint) => ['NoSchedule', 'NoExecute'].includes(taint.effect) && !tolerations.some((one) => tolerates(one, taint)),
  );
}

/**
 * How long what is there may stay, in milliseconds from now: 0 when a taint is not tolerated, undefined for good. Of several
 * tolerations the shortest counts, from when its taint was added.
 */
export function stays(
  taints: readonly KarmadaTaint[],
  tolerations: readonly Toleration[],
  now: number,
): number | undefined {
  const ends = taints
    .filter(({ effect }) => effect === 'NoExecute')
    .flatMap((taint) => {
      const used = tolerations.filter((one) => tolerates(one, taint));
      if (used.length === 0) return [0];
      const added = taint.timeAdded === undefined ? now : Date.parse(taint.timeAdded);
      return used.flatMap(({ tolerationSeconds }) =>
        tolerationSeconds === undefined ? [] : [Math.max(0, added + 1000 * Math.max(0, tolerationSeconds) - now)],
      );
    });
  return ends.length === 0 ? undefined : Math.min(...ends);
}
