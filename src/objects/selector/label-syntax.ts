import { invalid, type Problem } from '../problem.ts';

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a label key such as `app.kubernetes.io/name`. */
export function labelKeyProblem(key: string, path: string): Problem | undefined {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const isOk = parts.length <= 2 && isName(name) && (prefix === undefined || isPrefix(prefix));
  const rule = 'a label key is a name of at most 63 characters, with an optional DNS subdomain and "/" before it';
  return isOk ? undefined : invalid(path, `Invalid value: ${JSON.stringify(key)}: ${rule}`);
}

export function labelValueProblem(value: string, path: string): Problem | undefined {
  const rule =
    'a label value is empty, or at most 63 letters, digits, "-", "_" or ".", first and last a letter or digit';
  return value === '' || isName(value) ? undefined : invalid(path, `Invalid value: ${JSON.stringify(value)}: ${rule}`);
}

function isName(text: string): boolean {
  return text.length <= 63 && NAME.test(text);
}

function isPrefix(text: string): boolean {
  return text.length <= 253 && PREFIX.test(text);
}
