/** What this server asks of V8, for the whole process. */
import { setFlagsFromString } from 'node:v8';

let isSet = false;

export function setEngineFlags(): void {
  if (isSet) return;
  isSet = true;
  // Patterns in CustomResourceDefinitions are strangers': one that backtracks without end goes on in V8's linear engine.
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  // Requests are small and many servers share a machine: the young generation stays small rather than growing to 64 MB.
  setFlagsFromString('--semi-space-growth-factor=1');
}
