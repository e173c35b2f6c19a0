import type { Attribute } from "./attribute.ts";
import type { CelFault } from "./fault.ts";
import type { CelReads } from "./program.ts";
import type { CelReadGroup } from "./variables.ts";

/** What a walk over an expression collects: faults, and what the expression reads. */
export class Findings {
  readonly faults: CelFault[] = [];
  readonly #positions: { readonly [id: string]: number };
  readonly #groups = new Set<CelReadGroup>();
  readonly #headers = new Set<string>();
  readonly #guarded = new Set<string>();
  readonly #read = new Set<string>();
  #anyHeader = false;

  constructor(positions: { readonly [id: string]: number }) {
    this.#positions = positions;
  }

  fault(id: bigint, fault: Omit<CelFault, "position" | "severity">): void {
    const position = this.#positions[id.toString()];
    this.faults.push({ ...fault, severity: "error", ...(position === undefined ? {} : { position }) });
  }

  /** `presence` when the expression only asks whether the attribute is there. */
  attribute(attribute: Attribute, presence: boolean): void {
    const { group, absent } = attribute.variable;
    this.#groups.add(group);
    if (group === "headers") {
      const name = attribute.keys[0];
      if (name === undefined) this.#anyHeader = true;
      else this.#headers.add(name);
    }
    if (presence) this.#guarded.add(attribute.text);
    else if (absent !== "" || attribute.keys.length > 0) this.#read.add(attribute.text);
  }

  reads(): CelReads {
    return {
      headers: this.#anyHeader ? "any" : [...this.#headers].sort(),
      query: this.#groups.has("query"),
      cookies: this.#groups.has("cookies"),
      body: this.#groups.has("body"),
      source: this.#groups.has("source"),
      destination: this.#groups.has("destination"),
      auth: this.#groups.has("auth"),
      unguarded: [...this.#read].filter((text) => !this.#guarded.has(text)).sort(),
    };
  }
}
