import { evaluate, readsAuth, readsBody } from "./conditions.ts";
import { CREDENTIAL_FIELDS, fromField, PEER_FIELDS, untwinned } from "./from-fields.ts";
import { hostCovers } from "./host.ts";
import { every, not, some, type Truth } from "./kleene.ts";
import type { FromEntry, Rule, ToEntry } from "./manifest-types.ts";
import { readingsToAllow, readingsToDeny } from "./path.ts";
import { pathsMatch } from "./path-pattern.ts";
import type { Scene, View } from "./view.ts";

/** The value of a rule: of a Deny the greatest over its readings, of the others the least. */
export function valueOf(rule: Rule, scene: Scene, view: View): Truth {
  if (rule.effect === "Deny") return some(readingsToDeny(scene.path).map((reading) => valueIn(reading, rule, scene, view)));
  return every(readingsToAllow(scene.path).map((reading) => valueIn(reading, rule, scene, view)));
}

function valueIn(reading: string, rule: Rule, scene: Scene, view: View): Truth {
  return every([from(rule, scene, view), to(rule, reading, scene), when(rule, reading, scene, view)]);
}

function from(rule: Rule, scene: Scene, view: View): Truth {
  if (rule.from === undefined) return !view.onlyPeer;
  const namesPeer = (entry: FromEntry): boolean => Object.keys(entry).some((field) => PEER_FIELDS.includes(field));
  const considered = rule.from.filter((entry) => !view.onlyPeer || namesPeer(entry));
  return some(considered.map((entry) => every(Object.keys(entry).map((field) => fromField(field, entry, scene, view)))));
}

function to(rule: Rule, reading: string, scene: Scene): Truth {
  return rule.to === undefined ? true : some(rule.to.map((entry) => toEntry(entry, rule.effect, reading, scene)));
}

function toEntry(entry: ToEntry, effect: string, reading: string, scene: Scene): Truth {
  const fields = Object.keys(entry).filter((field) => field !== "caseInsensitive");
  return every(
    fields.map((field) => {
      const { name, isTwin } = untwinned(field);
      const truth = toField(
        name,
        entry[field] as readonly (string | number)[],
        entry,
        reading,
        scene,
        (effect === "Deny") !== isTwin,
      );
      return isTwin ? not(truth) : truth;
    }),
  );
}

function toField(
  name: string,
  values: readonly (string | number)[],
  entry: ToEntry,
  reading: string,
  { call, host }: Scene,
  headIsGet: boolean,
): Truth {
  const method = call.method ?? "GET";
  const port = call.port ?? 8080;
  switch (name) {
    case "methods":
      return values.includes(method) || (headIsGet && method === "HEAD" && values.includes("GET"));
    case "hosts":
      return values.some((pattern) => hostCovers(String(pattern), host));
    case "ports":
      return port === 0 ? "unknown" : values.includes(port);
    case "paths":
      return pathsMatch(values.map(String), reading, entry["caseInsensitive"] === true);
    default:
      throw new TypeError(`no field ${name}`);
  }
}

function when(rule: Rule, reading: string, scene: Scene, view: View): Truth {
  if (bodyIsMissed(rule, scene)) return "unknown";
  return every((rule.when ?? []).map(({ expression }) => evaluate(expression, reading, scene, view)));
}

/** A condition reads the body, and the body is not whole. */
export function bodyIsMissed(rule: Rule, { call }: Scene): boolean {
  return call.body?.truncated === true && (rule.when ?? []).some(({ expression }) => readsBody(expression));
}

/** Whether an Allow that is not true is so only for want of a credential, of which `view` has none, in whichever reading. */
export function lacksOnlyCredential(rule: Rule, scene: Scene): boolean {
  const nobody: View = { identity: undefined, methods: [], onlyPeer: false };
  const isOfCredential = (field: string): boolean => CREDENTIAL_FIELDS.includes(untwinned(field).name);
  const wouldDo = (entry: FromEntry): boolean =>
    Object.keys(entry).every((field) => isOfCredential(field) || fromField(field, entry, scene, nobody) === true);
  const others = (rule.when ?? []).filter(({ expression }) => !readsAuth(expression));
  if (bodyIsMissed(rule, scene)) return false;
  return readingsToAllow(scene.path).every(
    (reading) =>
      to(rule, reading, scene) === true &&
      others.every(({ expression }) => evaluate(expression, reading, scene, nobody) === true) &&
      (rule.from === undefined || rule.from.some(wouldDo)),
  );
}
