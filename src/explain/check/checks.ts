import type { Check } from './check.ts';
import { MACHINE_CHECKS } from './machine-checks.ts';
import { NETWORK_CHECKS } from './network-checks.ts';

/** All of them, in the order they are shown. */
export const CHECKS: readonly Check[] = [...MACHINE_CHECKS, ...NETWORK_CHECKS];
