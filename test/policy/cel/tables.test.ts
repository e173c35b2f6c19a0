import { expect, test } from "vitest";
import { compileCel } from "../../../src/policy/cel/compile.ts";
import { createEnvironment } from "../../../src/policy/cel/environment.ts";
import { CEL_FUNCTIONS } from "../../../src/policy/cel/functions.ts";
import { parseType } from "../../../src/policy/cel/static-type.ts";
import { CEL_ROOTS, CEL_VARIABLES } from "../../../src/policy/cel/variables.ts";
import { variablesOf } from "./worlds.ts";

const OPERATOR = /^[@!_-]/;

test("the table of functions holds what the environment can call, overload for overload", () => {
  const callable = [...createEnvironment().env.funcs]
    .filter(({ name }) => !OPERATOR.test(name))
    .map(
      ({ name, target, arguments: args }) =>
        `${target === undefined ? "" : `${kind(target.name)}.`}${name}(${args.map((arg) => kind(arg.name)).join(",")})`,
    );
  const listed = [...CEL_FUNCTIONS].flatMap(([name, { overloads }]) =>
    overloads.map(
      ({ target, args }) =>
        `${target === undefined ? "" : `${parseType(target).kind}.`}${name}(${args.map((arg) => parseType(arg).kind).join(",")})`,
    ),
  );
  expect(listed.sort()).toEqual([...new Set(callable)].sort());
});

function kind(name: string): string {
  return name.replace("google.protobuf.", "").toLowerCase();
}

test("every variable has a root, a description and a known type", () => {
  for (const [name, variable] of Object.entries(CEL_VARIABLES)) {
    expect(CEL_ROOTS.has(name.split(".")[0] ?? "")).toBe(true);
    expect(variable.description).not.toBe("");
    expect(["string", "int", "timestamp", "dyn", "list", "map"]).toContain(parseType(variable.type).kind);
  }
});

/** An expression that is true for a value of the declared type, whatever the value. */
const TYPICAL: Readonly<Record<string, (name: string) => string>> = {
  string: (name) => `type(${name}) == string`,
  int: (name) => `type(${name}) == int`,
  timestamp: (name) => `type(${name}) == google.protobuf.Timestamp`,
  "list<string>": (name) => `${name}.all(x, type(x) == string)`,
  "map<string>": (name) => `${name}.all(k, type(${name}[k]) == string)`,
  "map<list<string>>": (name) => `${name}.all(k, ${name}[k].all(v, type(v) == string))`,
  "map<dyn>": (name) => `${name}.all(k, type(k) == string)`,
  dyn: (name) => `type(${name}) == map`,
};

const json = variablesOf({
  body: '{"a":1}',
  headers: [
    ["content-type", "application/json"],
    ["cookie", "a=1"],
  ],
  query: "a=1",
});
const form = variablesOf({ body: "a=1", headers: [["content-type", "application/x-www-form-urlencoded"]] });
const rest = variablesOf({
  time: 1000,
  peer: { principal: "spiffe://a/ns/b/sa/c", trustDomain: "a", namespace: "b", serviceAccount: "c" },
  labels: new Map([["app", "orders"]]),
  destination: { namespace: "b", serviceAccount: "d" },
  auth: { subject: "joe", issuer: "i", scopes: ["s"], claims: { a: 1n } },
});

test.each(Object.entries(CEL_VARIABLES))(
  "%s has its declared type, and is absent when there is nothing to read",
  (name, variable) => {
    const compilation = compileCel(TYPICAL[variable.type]?.(name) ?? "false");
    if (!compilation.ok) throw new Error(JSON.stringify(compilation.faults));
    const { program } = compilation;
    const values = [json, form, rest].map((variables) => program.evaluate(variables).value);
    expect(Math.max(...values)).toBe(2);
    const bare = variablesOf({ address: "", query: "%" });
    if (name.endsWith("address") || name.endsWith("port")) return;
    expect(program.evaluate(bare).value).toBe(variable.absent === "" ? 2 : 1);
  },
);
