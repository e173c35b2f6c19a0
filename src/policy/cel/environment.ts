import {
  type CelEnv,
  type CelFunc,
  CelScalar,
  celEnv,
  celFunc,
  celMethod,
  isCelList,
  isCelMap,
  listType,
  mapType,
} from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import type { Registry } from "@bufbuild/protobuf";
import { Budget } from "./budget.ts";
import { concatLists } from "./collections.ts";
import { CEL_LIMITS } from "./limits.ts";
import { createNumberFunctions } from "./number-functions.ts";
import { type CompiledRegex, isCheapPattern, RegexCache } from "./regex.ts";
import { safeError } from "./safe-error.ts";
import { createStringFunctions } from "./string-functions.ts";
import { createTimeFunctions } from "./time-functions.ts";

/** The functions of every program, and the counter that bounds their evaluation. */
export interface CelEnvironment {
  readonly env: CelEnv;
  readonly budget: Budget;
}

/** Functions whose names no expression can write; the rewriting before evaluation puts calls of them into the tree. */
export const TICK = "@tick";
export const WEIGH = "@weigh";
export const MATCHES_LITERAL = "@matches";

/** What compiling a pattern takes, in nodes visited. */
const COMPILE_COST = 200;

const { BOOL, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

export interface CelEnvironmentOptions {
  readonly namespace?: string;
  readonly registry?: Registry;
  /** Functions beside those of the table. */
  readonly funcs?: readonly CelFunc[];
}

export function createEnvironment({ funcs = [], ...options }: CelEnvironmentOptions = {}): CelEnvironment {
  const budget = new Budget(CEL_LIMITS.steps);
  const env = celEnv({
    ...options,
    funcs: [
      ...funcs,
      ...strings,
      ...createStringFunctions(),
      ...createNumberFunctions(),
      ...createTimeFunctions(budget),
      ...createCoreFunctions(),
      ...createRegexFunctions(budget),
      ...createMeters(budget),
    ],
  });
  return { env, budget };
}

/** The evaluator compiles a pattern at every call. Literal patterns have a cache of their own, so that no caller can empty it. */
function createRegexFunctions(budget: Budget): CelFunc[] {
  const literals = new RegexCache(4096);
  const others = new RegexCache(256);
  const search = (cache: RegexCache, text: string, pattern: string): boolean => {
    if (!cache.has(pattern)) budget.spend(COMPILE_COST);
    budget.spend(text.length >> 6);
    const regex = cache === literals || isCheapPattern(pattern) ? cache.get(pattern) : undefined;
    if (regex === undefined) throw safeError("not a regular expression, or too costly a one");
    return testRegex(regex, text);
  };
  return [
    celFunc(MATCHES_LITERAL, [STRING, STRING], BOOL, (text, pattern) => search(literals, text, pattern)),
    celFunc("matches", [STRING, STRING], BOOL, (text, pattern) => search(others, text, pattern)),
    celMethod("matches", STRING, [STRING], BOOL, function (pattern) {
      return search(others, this, pattern);
    }),
  ];
}

/** Linear, but a body may be long: what is longer than any string that an expression can build is not searched. */
export function testRegex(regex: CompiledRegex, text: string): boolean {
  if (text.length > CEL_LIMITS.string) throw safeError(`a string longer than ${CEL_LIMITS.string} characters`);
  return regex.test(text);
}

function createCoreFunctions(): CelFunc[] {
  return [
    celFunc("_+_", [LIST, LIST], LIST, concatLists),
    // The evaluator's own says that a key whose value is null is not in the map.
    celFunc("@in", [STRING, MAP], BOOL, (key, map) => map.get(key) !== undefined),
  ];
}

function createMeters(budget: Budget): CelFunc[] {
  return [
    celFunc(TICK, [INT], BOOL, (steps) => {
      budget.spend(Number(steps));
      return true;
    }),
    celFunc(WEIGH, [DYN], DYN, (value) => {
      if (isCelList(value) || isCelMap(value)) budget.spend(value.size >> 3);
      else if (typeof value === "string") budget.spend(value.length >> 8);
      return value;
    }),
  ];
}
