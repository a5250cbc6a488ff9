import type { CompiledPort, PortRequest } from './model.ts';

export function compilePort(request: PortRequest): CompiledPort {
  throw new Error(`not written: ${request.self}`);
}
