/** Takes secrets out of an object of an API server, or any other piece of JSON. */
import { isSecretName, REMOVED, redactText } from './redact-text.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Levels; nobody reads what lies deeper, and reading it needs more stack than there is. */
const DEEPEST = 500;

/** A copy: values of Secrets and of environment variables go, and what is named as a secret or looks like one, wherever it stands. */
export function redactObject(value: unknown, key = '', depth = 0): unknown {
  if (typeof value === 'string') return isSecretName(key) || key === LAST_APPLIED ? REMOVED : redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return REMOVED;
  if (Array.isArray(value)) return redactList(value, key, depth + 1);
  const isSecret = 'kind' in value && value.kind === 'Secret';
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const hidden = (isSecret && /^(data|stringData)$/.test(name)) || (isSecretName(key) && name === 'value');
      return [name, hidden ? removedValues(inner) : redactObject(inner, name, depth + 1)];
    }),
  );
}

function redactList(list: readonly unknown[], key: string, depth: number): unknown[] {
  if (key === 'env') return list.map(redactVariable);
  return list.map((item, i) => (isFlagOfSecret(list[i - 1]) ? REMOVED : redactObject(item, key, depth)));
}

/** What an application is given is nobody's business; where it comes from is. */
function redactVariable(variable: unknown): unknown {
  if (typeof variable !== 'object' || variable === null) return REMOVED;
  return 'value' in variable ? { ...variable, value: REMOVED } : variable;
}

/** `--password` of a command whose value is the next word. */
function isFlagOfSecret(word: unknown): boolean {
  return typeof word === 'string' && /^--?[\w-]+$/.test(word) && isSecretName(word);
}

function removedValues(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return REMOVED;
  return Object.fromEntries(Object.keys(value).map((name) => [name, REMOVED]));
}
