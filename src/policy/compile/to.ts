import type { ToEntry } from "../../api/api-policy.ts";
import { compileHost, type HostPattern } from "../match/host-pattern.ts";
import { createHostTrie } from "../match/host-trie.ts";
import { compileMethods } from "../match/method.ts";
import { createPathSet, type PathSet } from "../match/path-set.ts";
import { compilePath, type PathPattern } from "../match/path-template.ts";
import type { Effect, Predicate } from "../model/plan.ts";
import { FALSE, TRUE, UNKNOWN } from "../model/tri.ts";
import type { Faults } from "./faults.ts";
import { fieldName, predicate } from "./predicate.ts";

export interface CompiledTo {
  readonly predicates: readonly Predicate[];
  /** The paths that the entry is for; its template names the request in events. */
  readonly paths: PathSet | undefined;
}

/** Matchers on what is called: `hosts`, `ports`, `methods`, `paths` and their twins. `at` is the entry's place in the object. */
export function compileTo(entry: ToEntry, effect: Effect, field: string, at: string, faults: Faults): CompiledTo {
  const predicates: Predicate[] = [];
  let paths: PathSet | undefined;
  for (const negated of [false, true]) {
    const methods = negated ? entry.notMethods : entry.methods;
    if (methods !== undefined) predicates.push(methodPredicate(methods, effect, fieldName(field, "methods", negated), negated));
    const patterns = negated ? entry.notPaths : entry.paths;
    if (patterns !== undefined) {
      const name = fieldName("", "paths", negated);
      const set = pathSet(patterns, entry.caseInsensitive ?? false, `${at}${name}`, faults);
      if (!negated) paths = set;
      predicates.push(pathPredicate(set, patterns, fieldName(field, "paths", negated), negated));
    }
    const hosts = negated ? entry.notHosts : entry.hosts;
    if (hosts !== undefined) {
      predicates.push(
        hostPredicate(hosts, fieldName(field, "hosts", negated), `${at}${fieldName("", "hosts", negated)}`, negated, faults),
      );
    }
    const ports = negated ? entry.notPorts : entry.ports;
    if (ports !== undefined) predicates.push(portPredicate(ports, fieldName(field, "ports", negated), negated));
  }
  return { predicates, paths };
}

function methodPredicate(methods: readonly string[], effect: Effect, field: string, negated: boolean): Predicate {
  // What is refused of GET is refused of HEAD, and what is excepted from an Allow for GET is excepted for HEAD: never the other way round.
  const matcher = compileMethods(methods, { getCoversHead: (effect === "Deny") !== negated });
  return predicate(
    { field, wanted: methods, test: ({ method }) => (matcher.matches(method) ? TRUE : FALSE), got: ({ method }) => method },
    negated,
  );
}

function pathSet(texts: readonly string[], caseInsensitive: boolean, at: string, faults: Faults): PathSet {
  const patterns: PathPattern[] = [];
  for (const [index, text] of texts.entries()) {
    const compiled = compilePath(text, { caseInsensitive });
    if (compiled.ok) patterns.push(compiled.pattern);
    else faults.error("InvalidPath", `${at}[${index}]`, compiled.message, compiled.help);
  }
  return createPathSet(patterns);
}

function pathPredicate(set: PathSet, texts: readonly string[], field: string, negated: boolean): Predicate {
  return predicate(
    { field, wanted: texts, test: ({ reading }) => set.match(reading), got: ({ reading }) => reading.text },
    negated,
  );
}

function hostPredicate(texts: readonly string[], field: string, at: string, negated: boolean, faults: Faults): Predicate {
  const patterns: HostPattern[] = [];
  for (const [index, text] of texts.entries()) {
    const compiled = compileHost(text);
    if (compiled.ok) patterns.push(compiled.pattern);
    else faults.error("InvalidHost", `${at}[${index}]`, compiled.message, compiled.help);
  }
  const hosts = createHostTrie(patterns.map((pattern) => [pattern, true] as const));
  return predicate(
    { field, wanted: texts, test: ({ host }) => (hosts.find(host) === true ? TRUE : FALSE), got: ({ host }) => host },
    negated,
  );
}

/** The workload's own port: the one that the connection arrived at. */
function portPredicate(ports: readonly number[], field: string, negated: boolean): Predicate {
  const set = new Set(ports);
  return predicate(
    {
      field,
      wanted: ports,
      test: ({ request }) => (request.destination.port === 0 ? UNKNOWN : set.has(request.destination.port) ? TRUE : FALSE),
      got: ({ request }) => (request.destination.port === 0 ? "" : String(request.destination.port)),
    },
    negated,
  );
}
