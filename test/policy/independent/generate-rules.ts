import * as fc from "fast-check";
import { condition, wrongCondition } from "./generate-conditions.ts";
import type { ClaimItem, FromEntry, Rule, ToEntry } from "./manifest-types.ts";
import { NAMES } from "./palette.ts";

/** A few of the values, and now and then `*`. */
function someOf<Value extends string | number>(values: readonly Value[]): fc.Arbitrary<Value[]> {
  return fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
}

function someOrAny(values: readonly string[]): fc.Arbitrary<string[]> {
  return fc.oneof(
    { arbitrary: someOf(values), weight: 6 },
    { arbitrary: fc.constant<string[]>(["*"]), weight: 2 },
    { arbitrary: fc.constantFrom(...values).map((value) => ["*", value]), weight: 1 },
  );
}

const claimItems: fc.Arbitrary<ClaimItem[]> = fc.array(
  fc.record({ claim: fc.constantFrom(...NAMES.claims), values: someOrAny(NAMES.claimValues) }),
  { minLength: 1, maxLength: 2 },
);

/** A field or its twin, with its values. */
function field<Values>(name: string, values: fc.Arbitrary<Values>, twins = 1): fc.Arbitrary<readonly [string, Values]> {
  const twin = `not${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return fc.tuple(fc.oneof({ arbitrary: fc.constant(name), weight: 2 }, { arbitrary: fc.constant(twin), weight: twins }), values);
}

const fromField = fc.oneof(
  field("principals", someOrAny(NAMES.peers)),
  { arbitrary: field("serviceAccounts", someOrAny(NAMES.accounts)), weight: 2 },
  { arbitrary: field("namespaces", someOrAny(NAMES.namespaces)), weight: 2 },
  field("trustDomains", someOrAny(NAMES.trustDomains)),
  field("ipBlocks", someOf(NAMES.blocks)),
  field("remoteIpBlocks", someOf(NAMES.blocks)),
  { arbitrary: field("subjects", someOrAny(NAMES.subjects)), weight: 2 },
  { arbitrary: field("scopes", someOrAny(NAMES.scopes)), weight: 2 },
  { arbitrary: field<ClaimItem[]>("claims", claimItems), weight: 2 },
) as fc.Arbitrary<readonly [string, string[] | ClaimItem[]]>;

function fromEntry(methods: readonly string[]): fc.Arbitrary<FromEntry> {
  const fields =
    methods.length === 0
      ? fromField
      : fc.oneof({ arbitrary: fromField, weight: 8 }, { arbitrary: field("authentication", someOf(methods)), weight: 1 });
  return fc.array(fields, { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries));
}

const toEntry: fc.Arbitrary<ToEntry> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { arbitrary: field("paths", someOf(NAMES.paths)), weight: 4 },
        { arbitrary: field("methods", someOf(NAMES.verbs)), weight: 3 },
        field("hosts", someOf(NAMES.hosts)),
        field("ports", someOf(NAMES.ports)),
      ) as fc.Arbitrary<readonly [string, string[] | number[]]>,
      { minLength: 1, maxLength: 2 },
    ),
    fc.boolean(),
  )
  .map(([entries, caseInsensitive]) => {
    const entry = Object.fromEntries(entries);
    const hasPaths = Object.hasOwn(entry, "paths") || Object.hasOwn(entry, "notPaths");
    return caseInsensitive && hasPaths ? { ...entry, caseInsensitive } : entry;
  });

function partOf<Part>(part: fc.Arbitrary<Part>, weight: number): fc.Arbitrary<Part[] | undefined> {
  return fc.oneof(
    { arbitrary: fc.constant(undefined), weight },
    { arbitrary: fc.array(part, { minLength: 1, maxLength: 2 }), weight: 2 },
  );
}

export function rule(methods: readonly string[]): fc.Arbitrary<Omit<Rule, "name">> {
  return fc
    .tuple(
      fc.oneof(
        { arbitrary: fc.constant("Allow"), weight: 5 },
        { arbitrary: fc.constant("Deny"), weight: 2 },
        { arbitrary: fc.constant("Audit"), weight: 1 },
      ),
      partOf(fromEntry(methods), 3),
      partOf(toEntry, 2),
      partOf(condition, 4),
    )
    .map(([effect, from, to, expressions]) => ({
      effect,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(expressions === undefined ? {} : { when: expressions.map((expression) => ({ expression })) }),
    }));
}

/** A rule with a fault. */
export const wrongRule: fc.Arbitrary<Omit<Rule, "name">> = fc.oneof(
  fc.constantFrom("Alow", "deny").map((effect) => ({ effect })),
  fc.constantFrom(...NAMES.wrongPaths).map((path) => ({ effect: "Deny", to: [{ paths: [path] }] })),
  fc.constantFrom(...NAMES.wrongPaths).map((path) => ({ effect: "Allow", to: [{ notPaths: ["/a", path] }] })),
  wrongCondition.map((expression) => ({ effect: "Deny", when: [{ expression }] })),
  fc.constant({ effect: "Deny", from: [{ authentication: ["nobodys"] }] }),
  fc.constant({ effect: "Deny", from: [{ ipBlocks: ["10.0.0"] }] }),
  fc.constant({ effect: "Allow", from: [{ serviceAccounts: ["frontend"] }] }),
  fc.constant({ effect: "Deny", to: [{ methods: ["get"] }] }),
  fc.constant({ effect: "Deny", to: [{}] }),
);
