import type { Diagnostic, ObjectRef, Severity } from "../policy/model/diagnostic.ts";
import type { Fault, FaultList } from "./faults.ts";
import type { Metadata } from "./metadata.ts";
import type { AnyResource, ParseOutcome } from "./parse-outcome.ts";
import type { Locate, Resource } from "./resource.ts";
import type { Digest } from "./secret.ts";

/** What parsing needs from outside. */
export interface ParseOptions {
  /** Turns an API key into what is kept of it. Must be one-way, and the same that look-ups use. */
  readonly digest: Digest;
  /** Absent where the object came from no file. */
  readonly locate?: Locate;
}

/** One object on its way from raw to parsed. */
export interface ObjectContext {
  readonly raw: ReadonlyMap<string, unknown>;
  readonly ref: ObjectRef;
  readonly metadata: Metadata;
  /** Whether the name, and the namespace of a namespaced kind, can be relied on. */
  readonly named: boolean;
  readonly faults: FaultList;
  readonly options: ParseOptions;
}

function diagnose(fault: Fault, severity: Severity, ref: ObjectRef, locate: Locate | undefined): Diagnostic {
  const source = locate?.(fault.path);
  const { code, path, message, help } = fault;
  return {
    code,
    severity,
    // What says not even its kind is no object that could be named.
    ...(ref.kind === "" ? {} : { object: ref }),
    path,
    message,
    ...(help === undefined ? {} : { help }),
    ...(source === undefined ? {} : { source }),
  };
}

function errorsOf(context: ObjectContext): readonly Diagnostic[] {
  return context.faults.items.map((fault) => diagnose(fault, "error", context.ref, context.options.locate));
}

export function invalid(context: ObjectContext, lostPolicy = false): ParseOutcome {
  return { outcome: "invalid", object: context.ref, lostPolicy, diagnostics: errorsOf(context) };
}

export function ignored(context: ObjectContext, severity: Severity, fault: Fault): ParseOutcome {
  return { outcome: "ignored", note: diagnose(fault, severity, context.ref, context.options.locate) };
}

/** The part that all kinds share. */
export function resourceOf<Kind extends string, Spec>(context: ObjectContext, kind: Kind, spec: Spec): Resource<Kind, Spec> {
  const { uid, generation, creationTimestamp, labels, annotations } = context.metadata;
  return {
    kind,
    namespace: context.ref.namespace ?? "",
    name: context.ref.name,
    ...(uid === undefined ? {} : { uid }),
    ...(generation === undefined ? {} : { generation }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    labels: new Map(Object.entries(labels ?? {})),
    annotations: new Map(Object.entries(annotations ?? {})),
    spec,
    faults: errorsOf(context),
  };
}

export function accepted(resource: AnyResource): ParseOutcome {
  return { outcome: "resource", resource, diagnostics: resource.faults };
}
