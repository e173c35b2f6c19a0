import { stringify } from "yaml";
import { type CustomResourceDefinition, customResourceDefinitions } from "../api/crd.ts";

/** One definition as YAML, without anchors and with strings unfolded, so that a change of a description is a change of one line. */
export function crdManifest(definition: CustomResourceDefinition): string {
  return stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false, version: "1.1" });
}

/** Every definition as one stream of YAML documents, for `kubectl apply -f -`. */
export function crdManifests(): string {
  return customResourceDefinitions().map(crdManifest).join("---\n");
}
