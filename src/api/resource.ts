import type { Diagnostic, ObjectRef, SourcePosition } from "../policy/model/diagnostic.ts";

export const GROUP = "sallyport.dev";
export const API_VERSION = "sallyport.dev/v1alpha1";

/** One object as the API server or a file gave it, checked, with defaults filled in. */
export interface Resource<Kind extends string, Spec> {
  readonly kind: Kind;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly generation?: number;
  /** RFC 3339, as the API server writes it; absent in files. */
  readonly creationTimestamp?: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly spec: Spec;
  /** What is wrong with it, errors only. Where there are any, `spec` holds what is valid and nothing else. */
  readonly faults: readonly Diagnostic[];
}

/** Finds a field, in kubectl's notation, in the text that the object came from. */
export type Locate = (path: string) => SourcePosition | undefined;

export function objectRef(resource: Pick<Resource<string, unknown>, "kind" | "namespace" | "name">): ObjectRef {
  return resource.namespace === ""
    ? { kind: resource.kind, name: resource.name }
    : { kind: resource.kind, namespace: resource.namespace, name: resource.name };
}

/** `APIPolicy shop/orders`, `ClusterIdentityProvider corp`: one text for one object. */
export function objectKey(ref: ObjectRef): string {
  return ref.namespace === undefined || ref.namespace === ""
    ? `${ref.kind} ${ref.name}`
    : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
