/** Takes secrets out of an object of an API server, or any other piece of JSON. */
import { isSecretName, REMOVED, redactText } from './redact-text.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A copy: values of Secrets and of environment variables go, and what is named as a secret or looks like one, wherever it stands. */
export function redactObject(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return isSecretName(key) || key === LAST_APPLIED ? REMOVED : redactText(value);
  if (Array.isArray(value)) return redactList(value, key);
  if (typeof value !== 'object' || value === null) return value;
  const isSecret = 'kind' in value && value.kind === 'Secret';
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const hidden = (isSecret && /^(data|stringData)$/.test(name)) || (isSecretName(key) && name === 'value');
      return [name, hidden ? removedValues(inner) : redactObject(inner, name)];
    }),
  );
}

function redactList(list: readonly unknown[], key: string): unknown[] {
  if (key === 'env') return list.map(redactVariable);
  return list.map((item, i) => (isFlagOfSecret(list[i - 1]) ? REMOVED : redactObject(item, key)));
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
