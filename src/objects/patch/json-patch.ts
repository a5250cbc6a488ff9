import jsonPatch, { type Operation } from 'fast-json-patch';
import { messageOf } from '#kit/index.ts';
import { clone } from '../equal.ts';
import { isArray, isObject, type Json } from '../json.ts';
import { accepted, invalid, type Problem, type Result, refused } from '../problem.ts';

const MAX_OPERATIONS = 10_000;
/** A few `copy` operations can make a document of any size; as large as a request body may be. */
const MAX_CHARACTERS = 3 * 1024 * 1024;

/** RFC 6902. A failed `test` and a path that is not there are problems; the document given is never changed. */
export function applyJsonPatch(document: Json, operations: Json): Result<Json> {
  const problem = shapeProblem(operations);
  if (problem) return refused(problem);
  let current: Json = clone(document);
  for (const [index, operation] of (operations as unknown as Operation[]).entries()) {
    try {
      current = jsonPatch.applyOperation(current, clone(operation), true, true, true, index).newDocument;
    } catch (error) {
      return refused(failed(operation, index, error));
    }
    if (operation.op === 'copy' && JSON.stringify(current).length > MAX_CHARACTERS) {
      return refused(invalid(operation.path, `operation ${index} (copy): the document would be too large`));
    }
  }
  return accepted(current);
}

function shapeProblem(operations: Json): Problem | undefined {
  if (!isArray(operations)) return invalid('', 'a JSON patch is a list of operations');
  if (operations.length > MAX_OPERATIONS) {
    return invalid('', `${operations.length} operations: at most ${MAX_OPERATIONS} are allowed`);
  }
  const at = operations.findIndex((o) => !isObject(o) || typeof o.op !== 'string' || typeof o.path !== 'string');
  return at < 0 ? undefined : invalid(`[${at}]`, 'an operation has an "op" and a "path"');
}

/** The library's message goes on with a dump of the whole document. */
function failed({ op, path }: Operation, index: number, error: unknown): Problem {
  const why = messageOf(error).split('\n')[0] ?? '';
  return invalid(path, `operation ${index} (${op} "${path}"): ${why}`);
}
