import type { AnyResource } from "../api/parse-outcome.ts";
import type { ApiKeySecret } from "../api/secret.ts";
import { collect, type FileResult, withSources } from "../files/file-result.ts";
import { withLastGood } from "../files/last-good.ts";
import type { ApiKeyEntry } from "../identity/api-key/key-index.ts";
import { compile } from "../policy/compile/compile.ts";
import type { CompileOptions, LastGood, Snapshot } from "../policy/compile/snapshot.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import type { Plan } from "../policy/model/plan.ts";

/** What one reading of the manifests comes to. */
export interface ManifestPlan {
  readonly plan: Plan;
  readonly apiKeys: readonly ApiKeyEntry[];
  /** What reading, parsing and compiling found, each with its place in a file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files whose last good content is in force in place of what they hold now. */
  readonly staleFiles: readonly string[];
  readonly files: number;
  readonly objects: number;
}

/** Turns each reading of a directory into a plan, and remembers what was last good. */
export class ManifestPlans {
  readonly #options: CompileOptions;
  #files: readonly FileResult[] = [];
  #lastGood: LastGood = new Map();
  /** Files that have been unreadable since the process started: nobody knows what they deny. */
  #unknown: ReadonlySet<string> | undefined = undefined;

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  update(read: readonly FileResult[]): ManifestPlan {
    const unreadable = read.filter((result) => result.unreadable).map((result) => result.file);
    const known = this.#unknown;
    this.#unknown = new Set(known === undefined ? unreadable : unreadable.filter((file) => known.has(file)));
    this.#files = withLastGood(this.#files, read);
    const manifests = collect(this.#files);
    const snapshot = snapshotOf(manifests.resources, this.#files, this.#unknown.size > 0);
    const { plan, diagnostics, lastGood } = compile(snapshot, this.#options, this.#lastGood);
    this.#lastGood = lastGood;
    return {
      plan,
      apiKeys: manifests.resources.filter((resource) => resource.kind === "Secret").map(apiKeyOf),
      diagnostics: [...manifests.diagnostics, ...withSources(diagnostics, this.#files)],
      staleFiles: manifests.stale,
      files: read.length,
      objects: manifests.resources.length,
    };
  }
}

function snapshotOf(resources: readonly AnyResource[], files: readonly FileResult[], unknownFile: boolean): Snapshot {
  const lost = files.flatMap((file) => file.invalid).filter(({ lostPolicy }) => lostPolicy);
  return {
    policies: resources.filter((resource) => resource.kind === "APIPolicy"),
    clusterPolicies: resources.filter((resource) => resource.kind === "ClusterAPIPolicy"),
    namespaces: resources.filter((resource) => resource.kind === "Namespace"),
    providers: resources.filter(
      (resource) => resource.kind === "IdentityProvider" || resource.kind === "ClusterIdentityProvider",
    ),
    services: resources.filter((resource) => resource.kind === "Service"),
    lostNamespaces: new Set(lost.flatMap(({ object }) => object.namespace ?? [])),
    incomplete: unknownFile || lost.some(({ object }) => object.namespace === undefined),
  };
}

function apiKeyOf({ namespace, name, labels, spec }: ApiKeySecret): ApiKeyEntry {
  return { namespace, name, labels, digest: spec.keyDigest, scopes: spec.scopes };
}
