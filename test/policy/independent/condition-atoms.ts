import type { Truth } from "./kleene.ts";
import { type Pairs, readCookies, readQuery, valuesOf } from "./pairs.ts";
import { readTarget } from "./target.ts";
import { readClaim } from "./token.ts";
import type { Scene, View } from "./view.ts";
import type { Json } from "./world.ts";

/** One look at a call: under one reading of its path, with one identity or none. */
export interface Glance {
  readonly reading: string;
  readonly scene: Scene;
  readonly view: View;
}

/** `undefined` is an error. */
type Value = Json | undefined;

const NAMES = [
  "request\\.(?:method|path|url_path|host)",
  "source\\.(?:address|principal|trustDomain|namespace|serviceAccount)",
  "destination\\.namespace",
  "auth\\.(?:method|kind|provider|subject|issuer)",
].join("|");
const TEXT = "'([^']*)'";
const shape = (text: string): RegExp => new RegExp(`^${text}`);
const equals = (left: Value, right: Value): Truth => (left === undefined || right === undefined ? "unknown" : left === right);

/** What each shape is worth, in the order in which they are tried. */
export const ATOMS: readonly (readonly [RegExp, (glance: Glance, ...words: readonly string[]) => Truth])[] = [
  [shape("(true|false)\\b"), (_, word) => word === "true"],
  [shape(`request\\.headers\\['([^']+)'\\] == ${TEXT}`), (glance, name = "", text = "") => equals(header(glance, name), text)],
  [shape(`'([^']+)' in request\\.headers`), (glance, name = "") => isHeader(glance, name)],
  [
    shape(`request\\.headerValues\\['([^']+)'\\]\\.exists\\(v, v == ${TEXT}\\)`),
    (glance, name = "", text = "") => (isHeader(glance, name) === true ? headerValues(glance, name).includes(text) : "unknown"),
  ],
  [
    shape(`request\\.(query|cookies|form)\\['([^']+)'\\] == ${TEXT}`),
    (glance, map = "", name = "", text = "") => equals(entry(pairsOf(glance, map), name), text),
  ],
  [shape("'([^']+)' in request\\.(query|cookies|form)\\b"), (glance, name = "", map = "") => isEntry(pairsOf(glance, map), name)],
  [
    shape(`request\\.body\\.contains\\(${TEXT}\\)`),
    (glance, text = "") => (body(glance) === undefined ? "unknown" : body(glance)?.includes(text) === true),
  ],
  [shape("has\\(request\\.body\\)"), (glance) => body(glance) !== undefined],
  [shape(`request\\.path\\.startsWith\\(${TEXT}\\)`), ({ reading }, text = "") => reading.startsWith(text)],
  [shape(`'([^']+)' in auth\\.scopes`), ({ view }, scope = "") => view.identity?.scopes.includes(scope) ?? "unknown"],
  [
    shape(`'([^']+)' in auth\\.claims`),
    ({ view }, name = "") => (view.identity === undefined ? "unknown" : claim(view, name) !== undefined),
  ],
  [
    shape("has\\(auth\\.claims\\.([a-z]+)\\)"),
    ({ view }, name = "") => (view.identity === undefined ? "unknown" : claim(view, name) !== undefined),
  ],
  [
    shape("auth\\.claims\\.([a-z]+) == request\\.headers\\['([^']+)'\\]"),
    (glance, name = "", other = "") => equals(claim(glance.view, name), header(glance, other)),
  ],
  [shape(`auth\\.claims\\.([a-z]+) == ${TEXT}`), ({ view }, name = "", text = "") => equals(claim(view, name), text)],
  [
    shape("auth\\.claims\\.([a-z]+) == (true|[0-9]+)"),
    ({ view }, name = "", text = "") => equals(claim(view, name), JSON.parse(text) as Json),
  ],
  [
    shape("auth\\.claims\\.([a-z]+) > ([0-9]+)"),
    ({ view }, name = "", text = "") => {
      const value = claim(view, name);
      return typeof value === "number" ? value > Number(text) : "unknown";
    },
  ],
  [shape(`has\\((${NAMES})\\)`), (glance, name = "") => attribute(glance, name) !== undefined],
  [
    shape("destination\\.port == ([0-9]+)"),
    (glance, digits = "") => equals(attribute(glance, "destination.port"), Number(digits)),
  ],
  [shape(`(${NAMES}) == ${TEXT}`), (glance, name = "", text = "") => equals(attribute(glance, name), text)],
];

function claim({ identity }: View, name: string): Value {
  return identity === undefined ? undefined : readClaim(identity.claims, name);
}

function attribute({ reading, scene, view }: Glance, name: string): Value {
  const { call, host, peer } = scene;
  const { identity } = view;
  const target = readTarget(call, host);
  const workload = target?.kind === "workload";
  const source = call.source ?? "10.0.0.9";
  const values: readonly (readonly [string, Value])[] = [
    ["request.method", call.method ?? "GET"],
    ["request.path", reading],
    ["request.url_path", reading],
    ["request.host", host],
    ["source.address", source === "" ? undefined : source],
    ["source.principal", peer?.principal],
    ["source.trustDomain", peer?.trustDomain],
    ["source.namespace", peer?.namespace],
    ["source.serviceAccount", peer?.account],
    ["destination.port", call.port ?? 8080],
    ["destination.namespace", workload ? target.namespace : undefined],
    ["auth.method", identity === undefined ? undefined : (view.methods[0] ?? "")],
    ["auth.kind", identity?.kind],
    ["auth.provider", identity?.provider],
    ["auth.subject", identity?.subject],
    ["auth.issuer", identity?.issuer],
  ];
  return values.find(([key]) => key === name)?.[1];
}

function headerValues({ scene }: Glance, name: string): readonly string[] {
  return [scene.call.headers?.[name] ?? []].flat();
}

/** Whether a header is there, which cannot be said where another has the same name once each `_` is a `-`. */
function isHeader(glance: Glance, name: string): Truth {
  const dashed = (text: string): string => text.replaceAll("_", "-");
  const names = Object.keys(glance.scene.call.headers ?? {});
  if (names.some((other) => other !== name && dashed(other) === dashed(name))) return "unknown";
  return names.includes(name);
}

function header(glance: Glance, name: string): Value {
  const values = headerValues(glance, name);
  return isHeader(glance, name) === true && values.length === 1 ? values[0] : undefined;
}

function body({ scene }: Glance): string | undefined {
  const { body: sent } = scene.call;
  return sent === undefined || sent.truncated === true ? undefined : sent.text;
}

function pairsOf(glance: Glance, map: string): Pairs | undefined {
  const { scene } = glance;
  if (map === "query") return readQuery(scene.query);
  if (map === "cookies") return readCookies(headerValues(glance, "cookie"));
  const text = body(glance);
  const isForm = headerValues(glance, "content-type").join() === "application/x-www-form-urlencoded";
  return text === undefined || !isForm ? undefined : readQuery(text);
}

function isEntry(pairs: Pairs | undefined, name: string): Truth {
  return pairs === undefined || pairs.isAmbiguous(name) ? "unknown" : valuesOf(pairs, name).length > 0;
}

function entry(pairs: Pairs | undefined, name: string): Value {
  if (pairs === undefined || isEntry(pairs, name) !== true) return undefined;
  const values = valuesOf(pairs, name);
  return values.length === 1 ? values[0] : undefined;
}
