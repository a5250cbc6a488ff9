/** Takes secrets out of text that people send to others. What looks like one goes: too much rather than too little. */
export const REMOVED = '[removed]';

/** Part of the name of whatever holds a secret. */
const NAME =
  'passw(?:or)?d|passphrase|secret|token|credential|authorization|api[-_]?key|access[-_]?key|private[-_]?key|client[-_]key';

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
/** Looks ahead once a word, not once for each beginning in it: logs hold what others wrote, and it must not take forever. */
const JWT = /(?<![\w-])(?=[\w-]+\.[\w-]+\.)([\w-]*?\b)eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;
const KNOWN = /\b(?:gh[pousr]_\w{20,}|AKIA[0-9A-Z]{12,}|xox[abpr]-[\w-]{10,})/g;
const USER_IN_URL = /(:\/\/)[^\s/@"'\\]+@/g;
const BASE64 = /[A-Za-z0-9+/]{24,}={0,2}/g;
/** `name: `, `"name":`, also inside of a string of JSON. */
const NAMED = `(?<![\\w.-])(?=[\\w.-]*(?:${NAME}))([\\w.-]+\\\\*["']?\\s*[:=]\\s*)`;
/** `--name value`. */
const FLAGGED = `(?<![\\w-])(?=\\w*-[\\w-]*(?:${NAME}))([\\w-]+\\s+)`;
const IN_QUOTES = `(\\\\*["'])(?:[^"'\\\\]|\\\\+[^"'\\\\])*`;
const QUOTED = new RegExp(`(?:${NAMED}|${FLAGGED})${IN_QUOTES}`, 'gi');
const BARE = new RegExp(`${NAMED}(?!\\[removed\\])[^\\s"'\\\\,;&}\\]]+`, 'gi');
const FLAG = new RegExp(`${FLAGGED}(?![-[])[^\\s"',\\]]+`, 'gi');

export function redactText(text: string): string {
  return text
    .replace(PRIVATE_KEY, REMOVED)
    .replace(SCHEME, `$1 ${REMOVED}`)
    .replace(JWT, `$1${REMOVED}`)
    .replace(KNOWN, REMOVED)
    .replace(USER_IN_URL, `$1${REMOVED}@`)
    .replace(QUOTED, `$1$2$3${REMOVED}`)
    .replace(FLAG, `$1${REMOVED}`)
    .replace(BARE, `$1${REMOVED}`)
    .replace(BASE64, redactEncoded);
}

export function isSecretName(name: string): boolean {
  return new RegExp(NAME, 'i').test(name) && !/(?:name|names|ref|refs|path|file|policy|seconds)$/i.test(name);
}

/** A private key or a kubeconfig in base64, as Secrets and kubeconfigs have them. */
function redactEncoded(encoded: string): string {
  const text = decoded(encoded);
  return text !== undefined && redactText(text) !== text ? REMOVED : encoded;
}

function decoded(encoded: string): string | undefined {
  try {
    const text = atob(encoded.slice(0, encoded.length - (encoded.length % 4)));
    return /^[\t\n\r\x20-\x7e]*$/.test(text) ? text : undefined;
  } catch {
    return undefined; // not base64 after all
  }
}
