/** `spec` and `ports` make `spec.ports`. */
export function fieldPath(parent: string, key: string): string {
  return parent ? `${parent}.${key}` : key;
}

/** `spec.ports` and 0 make `spec.ports[0]`. */
export function indexPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}
