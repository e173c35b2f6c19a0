import { OVERRIDE_HEADERS } from "../../../src/policy/model/override-headers.ts";
import { type Credential, type Location, locationsOf } from "./credentials.ts";
import type { Policy } from "./policy.ts";
import { readClaim } from "./token.ts";
import { ownMethods } from "./view.ts";
import type { Call, Json } from "./world.ts";

export interface Changes {
  readonly sets: readonly string[];
  readonly removes: readonly string[];
  readonly removesQuery: readonly string[];
}

/** "What the service gets to see" of the page; `decider` is the policy whose rule allowed. */
export function changesOf(
  policies: readonly Policy[],
  decider: Policy | undefined,
  credentials: readonly Credential[],
  call: Call,
): Changes {
  const stripped = locationsOf(policies).filter(({ readers }) => !readers.every(({ method }) => method.forward === true));
  const namesIn = (place: Location["in"]): readonly string[] =>
    stripped.filter((each) => each.in === place).map(({ name }) => name);
  const claimed = policies
    .flatMap(({ body }) => (body.authentication ?? []).flatMap(({ claimsToHeaders = [] }) => claimsToHeaders))
    .map(({ header }) => header);
  const kept = OVERRIDE_HEADERS.filter(
    (name) => policies.length > 0 && policies.every(({ body }) => body.request?.keepHeaders?.includes(name) === true),
  );
  // The twin of a location whose name holds a `_` is the header with `-` in its place.
  const located = namesIn("header").flatMap((name) => [name, name.replaceAll("_", "-")]);
  const guarded = [...located, ...claimed, ...OVERRIDE_HEADERS.filter((name) => !kept.includes(name))];
  const twins = Object.keys(call.headers ?? {}).filter(
    (name) => name.includes("_") && guarded.includes(name.replaceAll("_", "-")),
  );
  const sets = new Map(decider === undefined ? [] : claimHeaders(decider, credentials));
  const removes = new Set([...guarded, ...twins]);
  cutCookies(namesIn("cookie"), call, sets, removes);
  return {
    sets: [...sets].map(([name, value]) => `${name}: ${value}`).toSorted(),
    removes: [...removes].filter((name) => !sets.has(name)).toSorted(),
    removesQuery: namesIn("query").toSorted(),
  };
}

function cutCookies(names: readonly string[], call: Call, sets: Map<string, string>, removes: Set<string>): void {
  const pieces = [call.headers?.["cookie"] ?? []].flat().flatMap((header) => header.split(";").map((piece) => piece.trim()));
  const left = pieces.filter((piece) => !names.includes(piece.split("=")[0]?.trim() ?? ""));
  if (left.length === pieces.length || removes.has("cookie")) return;
  const rest = left.filter((piece) => piece !== "").join("; ");
  if (rest === "") removes.add("cookie");
  else sets.set("cookie", rest);
}

/** The first to give a header a value wins. */
function claimHeaders(policy: Policy, credentials: readonly Credential[]): [string, string][] {
  const values = new Map<string, string>();
  for (const method of policy.body.authentication ?? []) {
    const credential = credentials.find((each) => ownMethods(policy, each).includes(method));
    if (credential === undefined) continue;
    for (const { claim, header } of method.claimsToHeaders ?? []) {
      const text = textOf(readClaim(credential.identity.claims, claim));
      if (text !== undefined && !values.has(header)) values.set(header, text);
    }
  }
  return [...values];
}

function textOf(value: Json | undefined): string | undefined {
  if (!Array.isArray(value)) return scalarText(value);
  const texts = value.map((element: Json) => scalarText(element));
  const usable = texts.length > 0 && texts.every((text) => text !== undefined && !text.includes(","));
  return usable ? texts.join(",") : undefined;
}

function scalarText(value: Json | undefined): string | undefined {
  const isScalar =
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value));
  return isScalar && /^[\x21-\x7e]+$/.test(String(value)) ? String(value) : undefined;
}
