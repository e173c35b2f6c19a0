import path from "node:path";
import { objectKey, objectRef } from "../api/resource.ts";
import type { SuiteSettings } from "../cli/test/suite.ts";
import type { FileResult } from "../files/file-result.ts";
import { readManifests } from "../files/read-manifests.ts";
import { digestApiKey } from "../identity/api-key/digest.ts";
import type { CompileOptions } from "../policy/compile/snapshot.ts";
import type { Policy } from "../policy/coverage/policy-rules.ts";
import type { SourcePosition } from "../policy/model/diagnostic.ts";
import { type ManifestPlan, ManifestPlans } from "./manifest-plans.ts";

/** A policy as one file holds it: what suites have in common when they test the same file. */
export interface FiledPolicy {
  /** The file and the object. */
  readonly key: string;
  readonly policy: Policy;
  locate(path: string): SourcePosition | undefined;
}

/** The manifests that a suite is about. */
export interface SuiteManifests {
  readonly compiled: ManifestPlan;
  readonly policies: readonly FiledPolicy[];
  /** The same manifests with another policy in the place of the one of that key. */
  compileWith(key: string, policy: Policy): ManifestPlan;
}

/** Reads and compiles the policies of a suite, as `serve` would. */
export async function readSuiteManifests(paths: readonly string[], settings: SuiteSettings): Promise<SuiteManifests> {
  const files = (await readManifests(paths, { digest: digestApiKey })).map((file) => ({
    ...file,
    file: path.normalize(file.file),
  }));
  const { trustDomain, trustedHops, installationNamespace, defaultAction } = settings;
  // The cluster that reviews tokens is played by the suite.
  const options: CompileOptions = { trustDomain, trustedHops, installationNamespace, defaultAction, tokenReview: true };
  const compile = (results: readonly FileResult[]): ManifestPlan => new ManifestPlans(options).update(results);
  return {
    compiled: compile(files),
    policies: files.flatMap((file) => file.resources.flatMap((resource) => (isPolicy(resource) ? [filed(file, resource)] : []))),
    compileWith: (key, policy) =>
      compile(
        files.map((file) => ({
          ...file,
          resources: file.resources.map((resource) => (isPolicy(resource) && keyIn(file, resource) === key ? policy : resource)),
        })),
      ),
  };
}

function isPolicy(resource: FileResult["resources"][number]): resource is Policy {
  return resource.kind === "APIPolicy" || resource.kind === "ClusterAPIPolicy";
}

function keyIn({ file }: FileResult, policy: Policy): string {
  return `${file} ${objectKey(objectRef(policy))}`;
}

function filed(file: FileResult, policy: Policy): FiledPolicy {
  const locate = file.sources.get(objectKey(objectRef(policy)));
  return { key: keyIn(file, policy), policy, locate: (field) => locate?.(field) };
}
