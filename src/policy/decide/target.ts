import type { Plan, TargetPlan } from "../model/plan.ts";
import type { Reason } from "../model/reason.ts";
import type { Request } from "../model/request.ts";

export type Target =
  /** `plan` is absent where no policy selects the target; `defaultAction` holds where none is enforced. */
  | {
      readonly outcome: "found";
      readonly name: string;
      readonly plan: TargetPlan | undefined;
      readonly defaultAction: "Allow" | "Deny";
    }
  | { readonly outcome: "refused"; readonly name: string; readonly reason: Reason };

/** The three ways in which Envoy's configuration says what is being called, strongest first; `title` is for events. */
type Address =
  | { readonly by: "workload"; readonly title: string; readonly namespace: string }
  | { readonly by: "route"; readonly title: string; readonly kind: string; readonly namespace: string; readonly name: string }
  | { readonly by: "host" }
  | { readonly by: "nothing" };

/** Requests of one route share the table of its extensions, so what a table says is read once. */
const ADDRESSES = new WeakMap<ReadonlyMap<string, string>, Address>();

/**
 * Finds the plan of what is being called. The sidecar's configuration names the workload, a gateway's route the target; the host, which
 * the caller chooses, counts only where neither speaks. Source: `attributes.context_extensions`.
 */
export function resolveTarget(plan: Plan, request: Request, host: string): Target {
  const address = addressOf(request.extensions);
  switch (address.by) {
    case "nothing":
      return { outcome: "refused", name: "", reason: "target_invalid" };
    case "workload":
      return found(address.title, plan.forWorkload(address.namespace, request.labels, request.labelsKey), plan.defaultAction);
    case "route":
      return found(address.title, plan.forRoute(address.kind, address.namespace, address.name), "Deny");
    case "host":
      return found(`host ${host}`, plan.forHost(host), "Deny");
    default:
      return address satisfies never;
  }
}

/** The target's name for an event about a request that is refused before its target is looked up. */
export function targetName(request: Request): string {
  const address = addressOf(request.extensions);
  return "title" in address ? address.title : "";
}

function found(name: string, target: TargetPlan | undefined, defaultAction: "Allow" | "Deny"): Target {
  return { outcome: "found", name, plan: target, defaultAction };
}

function addressOf(extensions: ReadonlyMap<string, string>): Address {
  let address = ADDRESSES.get(extensions);
  if (address === undefined) {
    address = readAddress(extensions);
    ADDRESSES.set(extensions, address);
  }
  return address;
}

function readAddress(extensions: ReadonlyMap<string, string>): Address {
  const namespace = extensions.get("sallyport.namespace");
  const route = extensions.get("sallyport.target");
  // One configuration that names two targets is a mistake whose meaning is not ours to guess.
  if (namespace !== undefined && route !== undefined) return { by: "nothing" };
  if (namespace !== undefined) {
    if (namespace === "") return { by: "nothing" };
    return { by: "workload", title: `workload ${namespace}/${extensions.get("sallyport.serviceAccount") ?? ""}`, namespace };
  }
  if (route === undefined) return { by: "host" };
  const [kind, routeNamespace, name, ...rest] = route.split("/");
  if (!kind || !routeNamespace || !name || rest.length > 0) return { by: "nothing" };
  return { by: "route", title: `${kind} ${routeNamespace}/${name}`, kind, namespace: routeNamespace, name };
}
