import type { AnyResource, InvalidObject } from "../api/parse-outcome.ts";
import { parseResource } from "../api/parse-resource.ts";
import { type Locate, objectKey, objectRef } from "../api/resource.ts";
import type { Digest } from "../api/secret.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import { duplicateOf } from "./duplicates.ts";
import type { FileResult } from "./file-result.ts";
import { readYaml, type YamlDocument } from "./yaml-document.ts";

interface Manifest {
  readonly value: unknown;
  /** Where the object stands in its document: empty, or `items[3]`. */
  readonly prefix: string;
}

/** A file that gives nothing but the reason why. */
export function unreadableFile(file: string, diagnostics: readonly Diagnostic[]): FileResult {
  return { file, resources: [], invalid: [], diagnostics, unreadable: true, sources: new Map() };
}

/** Reads the manifests that a file's text holds. Pure: the text is all that it knows of the file. */
export function parseFile(file: string, text: string, digest: Digest): FileResult {
  const yaml = readYaml(file, text);
  if (!yaml.ok)
    return unreadableFile(
      file,
      yaml.faults.map((fault) => ({ severity: "error", path: "", ...fault })),
    );
  const resources: AnyResource[] = [];
  const invalid: InvalidObject[] = [];
  const notes: Diagnostic[] = [];
  const found: Diagnostic[] = [];
  const sources = new Map<string, Locate>();
  for (const [index, document] of yaml.documents.entries()) {
    for (const { value, prefix } of manifestsOf(document)) {
      const locate: Locate = (path) => document.locate(joined(prefix, path));
      const outcome = parseResource(value, { digest, locate });
      if (outcome.outcome === "ignored") {
        notes.push(outcome.note);
        continue;
      }
      found.push(...outcome.diagnostics);
      const object = outcome.outcome === "invalid" ? outcome.object : objectRef(outcome.resource);
      const key = objectKey(object);
      const twice = outcome.outcome === "resource" && resources.some((other) => objectKey(objectRef(other)) === key);
      if (outcome.outcome === "invalid")
        invalid.push({ object, lostPolicy: outcome.lostPolicy, diagnostics: outcome.diagnostics });
      else if (twice) invalid.push(duplicateOf(outcome.resource, file, locate("metadata.name")));
      else resources.push(outcome.resource);
      if (!sources.has(key)) sources.set(key, locateLater(file, text, index, prefix));
    }
  }
  // A document that says not even of which kind it is may be half of a policy: what the file means is not known.
  const strangers = invalid.filter(({ object }) => object.kind === "").flatMap(({ diagnostics }) => diagnostics);
  if (strangers.length > 0) return unreadableFile(file, strangers);
  const repeated = invalid.flatMap(({ diagnostics }) => diagnostics.filter(({ code }) => code === "DuplicateObject"));
  return { file, resources, invalid, diagnostics: [...found, ...repeated, ...notes], unreadable: false, sources };
}

/** A document's own object, or the items of a `List` as `kubectl get -o yaml` writes it. */
function manifestsOf({ value }: YamlDocument): readonly Manifest[] {
  if (typeof value === "object" && value !== null && "kind" in value && "items" in value) {
    const { kind, items } = value;
    if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
      return items.map((item: unknown, index) => ({ value: item, prefix: `items[${index}]` }));
    }
  }
  return [{ value, prefix: "" }];
}

function joined(prefix: string, path: string): string {
  if (prefix === "" || path === "") return `${prefix}${path}`;
  return path.startsWith("[") ? `${prefix}${path}` : `${prefix}.${path}`;
}

/** Parses the text again when it is first asked, since syntax trees are many times as large as the text and seldom needed. */
function locateLater(file: string, text: string, index: number, prefix: string): Locate {
  let document: YamlDocument | undefined;
  return (path) => {
    if (document === undefined) {
      const yaml = readYaml(file, text);
      document = yaml.ok ? yaml.documents[index] : undefined;
    }
    return document?.locate(joined(prefix, path));
  };
}
