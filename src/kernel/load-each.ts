import { join } from 'node:path';
import { objects } from './generated/objects.ts';
import { type LoadedObject, type LoadOptions, loadObject } from './load-object.ts';

/**
 * Objects one after the other, each loaded when it is asked for: loading one is a call of libbpf that cannot be cut, but between two
 * the event loop may turn. All are closed again when one is refused, or not asked for.
 * @param objectDir where the compiled objects are, `dist/bpf`
 * @param options constants that an object does not have are left out for it
 * @throws SealaneError as `loadObject`
 */
export function* loadEach(
  names: readonly (keyof typeof objects)[],
  objectDir: string,
  options: LoadOptions,
): Generator<LoadedObject> {
  using open = new DisposableStack();
  for (const name of names) {
    const { file, constants } = objects[name];
    const own = Object.entries(options.rodata ?? {}).filter(([constant]) => constant in constants);
    const object = loadObject(join(objectDir, file), { ...options, rodata: Object.fromEntries(own) });
    open.defer(() => object.close());
    yield object;
  }
  open.move();
}
