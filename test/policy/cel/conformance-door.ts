import {
  type CelError,
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
} from "@bufbuild/cel";
import type { Value } from "@bufbuild/cel-spec/cel/expr/value_pb.js";
import type { IncrementalTest } from "@bufbuild/cel-spec/testdata/tests.js";
import { equals, getExtension, hasExtension, isMessage, type Registry } from "@bufbuild/protobuf";
import { isReflectMessage } from "@bufbuild/protobuf/reflect";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Attribute } from "../../../src/policy/cel/attribute.ts";
import { exceedsLimits } from "../../../src/policy/cel/check.ts";
import { type CelEnvironment, createEnvironment } from "../../../src/policy/cel/environment.ts";
import { createEvaluator } from "../../../src/policy/cel/evaluator.ts";
import { foldConstants } from "../../../src/policy/cel/fold.ts";
import { guardExpression } from "../../../src/policy/cel/guard.ts";
import { lowerCondition } from "../../../src/policy/cel/lower.ts";
import { parseExpression } from "../../../src/policy/cel/parse-expression.ts";
import { rewriteExpression } from "../../../src/policy/cel/rewrite.ts";
import type { Slot } from "../../../src/policy/cel/slot.ts";
import { DYN } from "../../../src/policy/cel/static-type.ts";
import { type Expr, readChain } from "../../../src/policy/cel/syntax.ts";
import { type CelVariableName, findVariable } from "../../../src/policy/cel/variables.ts";
import { UNKNOWN } from "../../../src/policy/model/tri.ts";
import { variablesOf } from "./worlds.ts";

/** Runs a conformance case through everything that a condition runs through, in the case's own environment. */
export function createDoor(registry: Registry): (test: IncrementalTest) => string | undefined {
  const environments = new Map<string, CelEnvironment>();
  return ({ original: test }) => {
    let environment = environments.get(test.container);
    if (environment === undefined) {
      environment = createEnvironment({
        namespace: test.container,
        registry,
        funcs: createEnumFunctions(registry, test.container),
      });
      environments.set(test.container, environment);
    }
    let outcome: Outcome;
    try {
      const bindings = new Map<string, CelInput>(
        Object.entries(test.bindings).map(([name, bound]) => [name, toBinding(bound, registry)]),
      );
      outcome = evaluate(test.expr, environment, bindings, registry);
    } catch (error) {
      outcome = { refused: String(error) };
    }
    const matcher = test.resultMatcher;
    switch (matcher.case) {
      case "value":
        return compare(outcome, matcher.value, registry);
      case "typedResult":
        return matcher.value.result === undefined ? "asks for a deduced type" : compare(outcome, matcher.value.result, registry);
      case "evalError":
      case "anyEvalErrors":
        if ("refused" in outcome || (isCelError(outcome.value) && outcome.condition === UNKNOWN)) return undefined;
        return `no error but ${show(outcome)}`;
      case undefined:
        return "refused" in outcome || outcome.value !== true || outcome.condition !== 2
          ? `not true but ${show(outcome)}`
          : undefined;
      default:
        return `asks for ${matcher.case}`;
    }
  };
}

/** The environment of the enum cases has a constructor for each enum: from a number, or from a name. */
function createEnumFunctions(registry: Registry, container: string): CelFunc[] {
  const { INT, STRING } = CelScalar;
  return [...registry].flatMap((type) => {
    if (type.kind !== "enum") return [];
    // The evaluator tries a container's names only for dotted calls.
    const names = [type.typeName, type.typeName.replace(`${container}.`, "")];
    return names.flatMap((name) => [
      celFunc(name, [INT], INT, (number) => {
        if (BigInt.asIntN(32, number) !== number) throw new Error("out of range");
        return number;
      }),
      celFunc(name, [STRING], INT, (text) => {
        const known = type.values.find((value) => value.name === text);
        if (known === undefined) throw new Error("unknown name");
        return BigInt(known.number);
      }),
    ]);
  });
}

type Outcome = { readonly value: CelValue | CelError; readonly condition: 0 | 1 | 2 } | { readonly refused: string };

function evaluate(
  text: string,
  environment: CelEnvironment,
  bindings: ReadonlyMap<string, CelInput>,
  registry: Registry,
): Outcome {
  const guarded = guardExpression(text);
  if (guarded !== undefined) return { refused: guarded.message };
  const parsed = parseExpression(text);
  if (!parsed.ok) return { refused: parsed.fault.message };
  const { expr } = parsed;
  const excess = exceedsLimits(expr);
  if (excess !== undefined) return { refused: excess };
  const rewritten = rewriteExpression(
    expr,
    (node) => resolveExtension(node, bindings, registry),
    (attribute) => bindExtension(attribute, bindings, registry),
  );
  const folded = foldConstants(rewritten.expr, environment);
  const names = { slots: rewritten.slots, constants: folded.constants, bindings };
  const evaluator = createEvaluator(environment, names);
  const variables = variablesOf({});
  environment.budget.reset();
  const value = evaluator.value(folded.expr)(variables);
  return { value, condition: lowerCondition(folded.expr, names, evaluator)(variables).value };
}

/** The names of a case are its bindings; an extension of a bound message is an attribute of its own, as a header is one to a policy. */
function resolveExtension(
  node: Expr,
  bindings: ReadonlyMap<string, CelInput>,
  registry: Registry,
): { readonly attribute: Attribute; readonly presence: boolean } | undefined {
  const chain = readChain(node);
  const [step, ...rest] = chain?.steps ?? [];
  if (chain === undefined || step === undefined || rest.length > 0 || !isMessage(bindings.get(chain.root))) return undefined;
  if (registry.getExtension(step.name) === undefined) return undefined;
  const { variable } = findVariable("request.json") ?? { variable: undefined };
  if (variable === undefined) return undefined;
  const name = chain.root as CelVariableName;
  return { attribute: { name, variable, keys: [step.name], type: DYN, text: `${name}.${step.name}` }, presence: chain.test };
}

function bindExtension(attribute: Attribute, bindings: ReadonlyMap<string, CelInput>, registry: Registry): Slot {
  const message = bindings.get(attribute.name);
  const extension = registry.getExtension(attribute.keys[0] ?? "");
  if (extension === undefined || !isMessage(message)) throw new Error("no extension");
  const evaluate = (): CelValue => {
    const value = getExtension(message, extension) as CelInput | number;
    return (typeof value === "number" ? BigInt(value) : value) as CelValue;
  };
  const unused = { value: UNKNOWN, error: "never read so" } as const;
  return {
    simple: false,
    read: () => undefined,
    missing: () => unused,
    orphan: unused,
    present: () => hasExtension(message, extension),
    test: () => hasExtension(message, extension),
    evaluate,
  };
}

/** The two ways of evaluation must agree with the expected value, and so with each other. */
function compare(outcome: Outcome, expected: Value, registry: Registry): string | undefined {
  if ("refused" in outcome || isCelError(outcome.value)) return `fails: ${show(outcome)}`;
  if (!matches(outcome.value, expected, registry)) return `not ${expected.kind.case} but ${show(outcome)}`;
  const condition = expected.kind.case === "boolValue" ? (expected.kind.value ? 2 : 0) : UNKNOWN;
  return outcome.condition === condition ? undefined : `as a condition it is ${outcome.condition}`;
}

function show(outcome: Outcome): string {
  return "refused" in outcome ? outcome.refused : isCelError(outcome.value) ? outcome.value.message : typeof outcome.value;
}

function matches(actual: CelValue, expected: Value, registry: Registry): boolean {
  const { kind } = expected;
  switch (kind.case) {
    case "nullValue":
      return actual === null;
    case "boolValue":
    case "int64Value":
    case "stringValue":
      return actual === kind.value;
    case "doubleValue":
      return Object.is(actual, kind.value);
    case "uint64Value":
      return isCelUint(actual) && actual.value === kind.value;
    case "enumValue":
      return actual === BigInt(kind.value.value);
    case "bytesValue":
      return actual instanceof Uint8Array && Buffer.compare(actual, kind.value) === 0;
    case "typeValue":
      return isCelType(actual) && actual.name === kind.value;
    case "listValue": {
      const elements = isCelList(actual) ? [...actual] : undefined;
      const { values } = kind.value;
      return elements?.length === values.length && elements.every((element, index) => same(element, values[index], registry));
    }
    case "mapValue": {
      const entries = isCelMap(actual) ? [...actual] : undefined;
      return (
        entries?.length === kind.value.entries.length &&
        kind.value.entries.every(({ key, value }) =>
          entries.some((entry) => same(entry[0], key, registry) && same(entry[1], value, registry)),
        )
      );
    }
    case "objectValue": {
      const message = anyUnpack(kind.value, registry);
      if (message === undefined || !isReflectMessage(actual)) return false;
      return equals(actual.desc, actual.message, message as never, { registry, unpackAny: true });
    }
    default:
      return false;
  }
}

function same(actual: CelValue, expected: Value | undefined, registry: Registry): boolean {
  return expected !== undefined && matches(actual, expected, registry);
}

function toBinding(bound: IncrementalTest["original"]["bindings"][string], registry: Registry): CelInput {
  if (bound.kind.case !== "value") throw new Error(`a binding is ${bound.kind.case}`);
  return toInput(bound.kind.value, registry);
}

function toInput(value: Value, registry: Registry): CelInput {
  const { kind } = value;
  switch (kind.case) {
    case "nullValue":
      return null;
    case "boolValue":
    case "int64Value":
    case "doubleValue":
    case "stringValue":
    case "bytesValue":
      return kind.value;
    case "uint64Value":
      return celUint(kind.value);
    case "enumValue":
      return BigInt(kind.value.value);
    case "listValue":
      return kind.value.values.map((element) => toInput(element, registry));
    case "mapValue":
      return new Map(kind.value.entries.map((entry) => [toKey(entry.key, registry), toKey(entry.value, registry)]));
    case "objectValue": {
      const message = anyUnpack(kind.value, registry);
      if (message === undefined || !isMessage(message)) throw new Error(`unknown message ${kind.value.typeUrl}`);
      return message;
    }
    default:
      throw new Error(`a binding is ${kind.case}`);
  }
}

function toKey(value: Value | undefined, registry: Registry): never {
  if (value === undefined) throw new Error("a map entry lacks a part");
  return toInput(value, registry) as never;
}
