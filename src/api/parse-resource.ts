import { nearest } from "../policy/model/nearest.ts";
import { FaultList } from "./faults.ts";
import { type Metadata, readMetadata } from "./metadata.ts";
import { accepted, ignored, invalid, type ObjectContext, type ParseOptions, resourceOf } from "./object-context.ts";
import type { ParseOutcome } from "./parse-outcome.ts";
import { parseClusterPolicy, parsePolicy } from "./parse-policy.ts";
import { parseProvider } from "./parse-provider.ts";
import { parseSecret } from "./parse-secret.ts";
import { parseService } from "./parse-service.ts";
import { API_VERSION, GROUP } from "./resource.ts";

interface KindEntry {
  readonly apiVersion: string;
  readonly namespaced: boolean;
  parse(context: ObjectContext): ParseOutcome;
}

const parseNamespace = (context: ObjectContext): ParseOutcome =>
  context.faults.count > 0 ? invalid(context) : accepted(resourceOf(context, "Namespace", {}));

const KINDS: ReadonlyMap<string, KindEntry> = new Map<string, KindEntry>([
  ["APIPolicy", { apiVersion: API_VERSION, namespaced: true, parse: parsePolicy }],
  ["ClusterAPIPolicy", { apiVersion: API_VERSION, namespaced: false, parse: parseClusterPolicy }],
  [
    "IdentityProvider",
    { apiVersion: API_VERSION, namespaced: true, parse: (context) => parseProvider(context, "IdentityProvider") },
  ],
  [
    "ClusterIdentityProvider",
    { apiVersion: API_VERSION, namespaced: false, parse: (context) => parseProvider(context, "ClusterIdentityProvider") },
  ],
  ["Secret", { apiVersion: "v1", namespaced: true, parse: parseSecret }],
  ["Service", { apiVersion: "v1", namespaced: true, parse: parseService }],
  ["Namespace", { apiVersion: "v1", namespaced: false, parse: parseNamespace }],
]);

const OUR_KINDS = [...KINDS].filter(([, entry]) => entry.apiVersion === API_VERSION).map(([kind]) => kind);
/** Kinds of later versions. */
const NOT_YET: ReadonlySet<string> = new Set(["API", "APIInventory", "APIScan"]);

/**
 * Reads one object, of whatever kind. It never throws, whatever `value` is: every fault is in the outcome.
 *
 * @example
 * const outcome = parseResource(manifest, { digest: sha256, locate });
 * if (outcome.outcome === "resource") snapshot.add(outcome.resource);
 */
export function parseResource(value: unknown, options: ParseOptions): ParseOutcome {
  const raw = new Map<string, unknown>(
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [],
  );
  const kind = raw.get("kind");
  const apiVersion = raw.get("apiVersion");
  const faults = new FaultList();
  if (typeof kind !== "string" || typeof apiVersion !== "string" || kind === "" || apiVersion === "") {
    faults.add(
      "NotAnObject",
      "",
      "not a Kubernetes object: `apiVersion` and `kind` must be texts",
      `write \`apiVersion: ${API_VERSION}\` and \`kind: APIPolicy\``,
    );
    return invalid({ raw, ref: { kind: "", name: "" }, metadata: {}, named: false, faults, options }, true);
  }
  const entry = KINDS.get(kind);
  if (entry?.apiVersion !== apiVersion) return strange(raw, kind, apiVersion, options);
  const metadata = readMetadata(raw.get("metadata"), faults);
  if (entry.apiVersion === API_VERSION) checkTopLevel(raw, entry, metadata, faults);
  return entry.parse({ raw, faults, options, metadata, ...identify(kind, entry.namespaced, metadata, faults) });
}

function identify(
  kind: string,
  namespaced: boolean,
  metadata: Metadata,
  faults: FaultList,
): Pick<ObjectContext, "ref" | "named"> {
  const lost = faults.items.some((fault) => fault.path === "metadata" || fault.path === "metadata.namespace");
  const name = metadata.name ?? "";
  const named = name !== "" && !(namespaced && lost);
  // Without a namespace an object is in `default`, as kubectl would have it; one whose namespace cannot be read is in none that we know.
  if (!namespaced || lost) return { ref: { kind, name }, named };
  return { ref: { kind, namespace: metadata.namespace ?? "default", name }, named };
}

function checkTopLevel(raw: ReadonlyMap<string, unknown>, entry: KindEntry, metadata: Metadata, faults: FaultList): void {
  const names = ["apiVersion", "kind", "metadata", "spec", "status"];
  for (const key of raw.keys()) {
    if (names.includes(key)) continue;
    const meant = nearest(key, names);
    faults.add(
      "UnknownField",
      key,
      `unknown field \`${key}\``,
      meant === undefined ? "everything that a resource says stands under `spec`" : `did you mean \`${meant}\`?`,
    );
  }
  if (!entry.namespaced && metadata.namespace !== undefined) {
    faults.add(
      "UnknownField",
      "metadata.namespace",
      "a cluster-scoped object has no namespace",
      "leave `metadata.namespace` out",
    );
  }
}

/** An object that no entry of the table fits: none of our business, unless its group or its kind says that it was meant for us. */
function strange(raw: ReadonlyMap<string, unknown>, kind: string, apiVersion: string, options: ParseOptions): ParseOutcome {
  const faults = new FaultList();
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : apiVersion;
  const ours = group === GROUP || (nearest(group, [GROUP]) !== undefined && OUR_KINDS.includes(kind));
  const quiet = new FaultList();
  const metadata = readMetadata(raw.get("metadata"), quiet);
  const context: ObjectContext = {
    raw,
    metadata,
    faults,
    options,
    ...identify(kind, !kind.startsWith("Cluster"), metadata, quiet),
  };
  if (!ours) {
    return ignored(context, "note", {
      code: "IgnoredKind",
      path: "kind",
      message: `objects of kind \`${kind}\` in \`${apiVersion}\` are not read`,
    });
  }
  if (NOT_YET.has(kind)) {
    faults.add("NotSupported", "kind", `\`${kind}\` is not supported by this version`);
    return invalid(context);
  }
  if (OUR_KINDS.includes(kind)) {
    faults.add(
      "UnsupportedVersion",
      "apiVersion",
      `\`${apiVersion}\` is not an API version that is served`,
      `write \`apiVersion: ${API_VERSION}\``,
    );
    return invalid(context, kind === "APIPolicy" || kind === "ClusterAPIPolicy");
  }
  const meant = nearest(kind, OUR_KINDS);
  faults.add(
    "UnknownKind",
    "kind",
    `unknown kind \`${kind}\` in \`${apiVersion}\``,
    meant === undefined ? `the kinds are ${OUR_KINDS.join(", ")}` : `did you mean \`${meant}\`?`,
  );
  return invalid(context, true);
}
