import type { Resource } from "./resource.ts";

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  /** The workload's own port, by number or by the name that its container gives it; the same as `port` where a Service says nothing. */
  readonly targetPort: number | string;
}

export interface ServiceSpec {
  /** Labels of the pods behind the Service; empty where it selects none (an ExternalName, hand-written endpoints). */
  readonly selector: ReadonlyMap<string, string>;
  readonly ports: readonly ServicePort[];
}

export type Service = Resource<"Service", ServiceSpec>;
