/**
 * A condition that joins several fields of one object. It is written twice, once for the parser and once in CEL for the API server
 * (`x-kubernetes-validations`), side by side so that the two are read and changed together.
 */
export interface Check {
  /** The diagnostic's code. */
  readonly code: string;
  /** CEL over `self`; absent where CEL cannot say it, and then only the parser and the operator know. */
  readonly rule?: string;
  readonly message: string;
  readonly help?: string;
  /** The fields that the condition is about: it stays silent where one of them was misspelt, which is told already. */
  readonly fields: readonly string[];
  /** Whether it asks only which fields are there; any other condition stays silent where one of its fields has a fault of its own. */
  readonly presence?: true;
  /** The field to blame; absent for the object itself. */
  readonly at?: string;
  /** Gets the object as it was written, with defaults filled in. Only own properties count, and a value may have any type. */
  holds(object: ReadonlyMap<string, unknown>): boolean;
}

const quoted = (names: readonly string[]): string =>
  names.length < 2
    ? names.map((name) => `\`${name}\``).join("")
    : `${names
        .slice(0, -1)
        .map((name) => `\`${name}\``)
        .join(", ")} or \`${names[names.length - 1] ?? ""}\``;

const has = (name: string): string => `has(self.${name})`;
const counted = (names: readonly string[]): string => `[${names.map(has).join(", ")}].filter(x, x).size()`;
const present = (object: ReadonlyMap<string, unknown>, names: readonly string[]): number =>
  names.filter((name) => object.has(name)).length;

/** A union as Kubernetes writes it: sibling optional fields, one of which is set. */
export function exactlyOneOf(names: readonly string[], code = "InvalidUnion"): Check {
  return {
    code,
    rule: `${counted(names)} == 1`,
    message: `exactly one of ${quoted(names)} must be set`,
    fields: names,
    presence: true,
    holds: (object) => present(object, names) === 1,
  };
}

export function oneOrBoth(names: readonly [string, string], code = "InvalidUnion"): Check {
  return {
    code,
    rule: names.map(has).join(" || "),
    message: `at least one of ${quoted(names)} must be set`,
    fields: names,
    holds: (object) => present(object, names) > 0,
  };
}

export function atMostOneOf(names: readonly string[], help: string, code = "InvalidUnion"): Check {
  return {
    code,
    rule: `${counted(names)} <= 1`,
    message: `at most one of ${quoted(names)} can be set`,
    help,
    fields: names,
    presence: true,
    holds: (object) => present(object, names) <= 1,
  };
}

/** `field` means nothing unless one of `others` stands beside it. */
export function onlyWith(field: string, others: readonly string[], why: string): Check {
  return {
    code: "MissingField",
    rule: `!has(self.${field}) || ${others.map(has).join(" || ")}`,
    message: `\`${field}\` needs ${quoted(others)} beside it`,
    help: why,
    fields: [field, ...others],
    presence: true,
    at: field,
    holds: (object) => !object.has(field) || present(object, others) > 0,
  };
}
