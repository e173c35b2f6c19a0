/** A field in kubectl's notation: `spec.rules[2].to[0].paths[1]`, `metadata.labels[app.kubernetes.io/name]`. */
export function fieldPath(parent: string, key: string): string {
  if (!/^[A-Za-z0-9_-]+$/u.test(key)) return `${parent}[${key}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

export function itemPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}
