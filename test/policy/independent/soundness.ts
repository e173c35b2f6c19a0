import { readAddress } from "./address.ts";
import { isCondition } from "./conditions.ts";
import type { FromEntry, Labels, Method, PolicyBody, Rule, ToEntry } from "./manifest-types.ts";
import { isPathPattern } from "./path-pattern.ts";

/**
 * What is wrong with a policy, as far as the generator makes anything wrong. It is no second schema: every kind of fault that is generated has its
 * line here, and nothing else has.
 */
export interface Soundness {
  readonly faulty: boolean;
  /** What is left of it. */
  readonly body: PolicyBody;
}

const BODY = ["peer", "authentication", "rules", "request", "response"];

export function soundnessOfBody(body: PolicyBody, fields: readonly string[], isCluster: boolean): Soundness {
  const names = new Set((body.authentication ?? []).map(({ name }) => name));
  const methods = (body.authentication ?? []).filter((method) => isSoundMethod(method, isCluster));
  const rules = (body.rules ?? []).filter(
    (rule, index, all) => isSoundRule(rule, names) && all.findIndex(({ name }) => name === rule.name) === index,
  );
  const peerIsSound = body.peer === undefined || isSoundPeer(body.peer);
  const faulty =
    Object.keys(body).some((key) => ![...BODY, ...fields].includes(key)) ||
    !peerIsSound ||
    methods.length < (body.authentication ?? []).length ||
    rules.length < (body.rules ?? []).length;
  if (!faulty) return { faulty, body };
  return {
    faulty,
    body: {
      ...(body.peer !== undefined && peerIsSound ? { peer: body.peer } : {}),
      authentication: methods,
      ...(body.response === undefined ? {} : { response: body.response }),
      rules: rules.filter(({ effect }) => effect === "Deny"),
    },
  };
}

function isSoundPeer({ mtls }: NonNullable<PolicyBody["peer"]>): boolean {
  return mtls === undefined || mtls === "Required" || mtls === "Optional";
}

function isSoundMethod(method: Method, isCluster: boolean): boolean {
  const kinds = [method.jwt, method.apiKey, method.anonymous].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) return false;
  return !isCluster || method.jwt === undefined || method.jwt.providerRef.kind === "ClusterIdentityProvider";
}

function isSoundRule(rule: Rule, methods: ReadonlySet<string>): boolean {
  return (
    ["Allow", "Deny", "Audit"].includes(rule.effect) &&
    (rule.from ?? []).every((entry) => isSoundFrom(entry, methods)) &&
    (rule.to ?? []).every(isSoundTo) &&
    (rule.when ?? []).every(({ expression }) => isCondition(expression))
  );
}

function isSoundFrom(entry: FromEntry, methods: ReadonlySet<string>): boolean {
  return Object.entries(entry).every(([field, values]) => {
    if (/authentication$/i.test(field)) return (values as readonly string[]).every((name) => methods.has(name));
    if (/ipBlocks$/i.test(field))
      return (values as readonly string[]).every((block) => readAddress(block.split("/")[0] ?? "") !== undefined);
    if (/serviceAccounts$/i.test(field)) return (values as readonly string[]).every((name) => name === "*" || name.includes("/"));
    return true;
  });
}

function isSoundTo(entry: ToEntry): boolean {
  const paths = [entry["paths"], entry["notPaths"]].flatMap((values) => (values ?? []) as readonly string[]);
  const methods = [entry["methods"], entry["notMethods"]].flatMap((values) => (values ?? []) as readonly string[]);
  return paths.every(isPathPattern) && methods.every((method) => /^[A-Z]+$/.test(method)) && Object.keys(entry).length > 0;
}

/** Whether `matchLabels` is there and not empty. */
export function isSelector(selector: unknown): selector is { readonly matchLabels: Labels } {
  if (typeof selector !== "object" || selector === null || !("matchLabels" in selector)) return false;
  const labels: unknown = selector.matchLabels;
  return typeof labels === "object" && labels !== null && Object.keys(labels).length > 0;
}

export function isHostPattern(pattern: string): boolean {
  return /^(\*|(\*\.)?[a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(pattern);
}
