/** What a container asks for that this kubelet cannot give, and that it would be wrong to run without. Pure. */
import type { Container } from '#sandbox/workloads/index.ts';

/** @returns undefined when nothing of the kind is asked for */
export function unsupported({ volumeMounts = [], volumeDevices = [] }: Container): string | undefined {
  const names = [...new Set([...volumeMounts, ...volumeDevices].map(({ name }) => name))];
  if (names.length === 0) return undefined;
  return `volumes are not mounted here: ${names.join(', ')} (ConfigMaps and Secrets can be had as environment)`;
}
