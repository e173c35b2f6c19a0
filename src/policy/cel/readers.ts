import type { NameValues } from "../model/evaluation.ts";
import type { ClaimValue } from "../model/identity.ts";
import type { HeaderView } from "../model/request.ts";
import type { CelVariables } from "./cel-request.ts";
import type { CelVariableName } from "./variables.ts";

/** One value, or nothing. */
interface ScalarReader {
  readonly kind: "scalar";
  readonly read: (variables: CelVariables) => string | bigint | undefined;
  readonly there?: (variables: CelVariables) => boolean | undefined;
}

/** Values by name. `undefined` when it cannot be said what they are. */
export interface NamedReader {
  readonly kind: "named";
  /** The variable's entries are the lists themselves, not their only value. */
  readonly lists: boolean;
  readonly values: (variables: CelVariables, name: string) => readonly string[] | undefined;
  readonly names: (variables: CelVariables) => Iterable<string> | undefined;
  /** Whether the request has the variable at all; `undefined` when that cannot be said. */
  readonly there: (variables: CelVariables) => boolean | undefined;
}

/** A value with values below it. */
export interface TreeReader {
  readonly kind: "tree";
  readonly read: (variables: CelVariables) => ClaimValue | undefined;
  readonly there?: (variables: CelVariables) => boolean | undefined;
}

export type Reader = ScalarReader | NamedReader | TreeReader;

const NONE: readonly string[] = [];

const scalar = (read: ScalarReader["read"]): ScalarReader => ({ kind: "scalar", read });
const tree = (read: TreeReader["read"]): TreeReader => ({ kind: "tree", read });
const headers = (lists: boolean): NamedReader => ({
  kind: "named",
  lists,
  values: ({ request }, name) => (hasTwin(request.request.headers, name) ? undefined : request.request.headers.values(name)),
  names: (variables) => variables.request.request.headers.names(),
  there: () => true,
});

/**
 * Many servers take `x_role` for `x-role`. With such a twin in the request nobody can say what the service will read, so the header is
 * neither there nor absent: a Deny that asks for it matches, an Allow does not.
 */
function hasTwin(view: HeaderView, name: string): boolean {
  const folded = name.replaceAll("_", "-");
  if (folded !== name && view.values(folded).length > 0) return true;
  const underscored = view.namesWithUnderscore();
  return underscored.some((other) => other !== name && other.replaceAll("_", "-") === folded);
}

/** A name that servers read differently is neither there nor absent; where there is one, nor can all names be told. */
const parameters = (lists: boolean, read: (variables: CelVariables) => NameValues | undefined): NamedReader => ({
  kind: "named",
  lists,
  values: (variables, name) => {
    const known = read(variables);
    return known === undefined || known.unreadable || known.ambiguous.has(name) ? undefined : (known.values.get(name) ?? NONE);
  },
  names: (variables) => {
    const known = read(variables);
    return known === undefined || known.ambiguous.size > 0 ? undefined : known.values.keys();
  },
  there: (variables) => read(variables) !== undefined,
});

const form = (lists: boolean): NamedReader => ({
  ...parameters(lists, ({ request }) => request.bodyForm()),
  there: ({ request }) => request.bodyThere("form"),
});

const present = (text: string): string | undefined => (text === "" ? undefined : text);

/** How each variable is read. The type makes a variable without a reader a compile error. */
export const READERS: { readonly [Name in CelVariableName]: Reader } = {
  "request.method": scalar(({ request }) => request.request.method),
  "request.path": scalar(({ path }) => path),
  "request.url_path": scalar(({ path }) => path),
  "request.host": scalar(({ request }) => request.host),
  "request.scheme": scalar(({ request }) => request.request.scheme),
  "request.protocol": scalar(({ request }) => request.request.protocol),
  // As RFC 3339 text: the evaluator's timestamp is made of it where one is needed.
  "request.time": scalar(({ request }) => readTime(request.request.time)),
  "request.headers": headers(false),
  "request.headerValues": headers(true),
  "request.query": parameters(false, ({ request }) => request.queryParameters()),
  "request.queryValues": parameters(true, ({ request }) => request.queryParameters()),
  "request.cookies": parameters(false, ({ request }) => request.cookies()),
  "request.body": { ...scalar(({ request }) => request.bodyText()), there: ({ request }) => request.bodyThere("text") },
  "request.json": { ...tree(({ request }) => request.bodyJson()), there: ({ request }) => request.bodyThere("json") },
  "request.form": form(false),
  "request.formValues": form(true),
  "source.address": scalar(({ request }) => present(request.request.source.address)),
  "source.port": scalar(({ request }) => readPort(request.request.source)),
  "source.principal": scalar(({ request }) => request.peer?.principal),
  "source.trustDomain": scalar(({ request }) => request.peer?.trustDomain),
  "source.namespace": scalar(({ request }) => request.peer?.namespace),
  "source.serviceAccount": scalar(({ request }) => request.peer?.serviceAccount),
  "destination.address": scalar(({ request }) => present(request.request.destination.address)),
  "destination.port": scalar(({ request }) => readPort(request.request.destination)),
  "destination.labels": {
    kind: "named",
    lists: false,
    values: ({ request }, name) => {
      const label = request.request.labels.get(name);
      return label === undefined ? NONE : [label];
    },
    names: ({ request }) => request.request.labels.keys(),
    there: () => true,
  },
  "destination.namespace": scalar(({ request }) => request.destination.namespace),
  "destination.serviceAccount": scalar(({ request }) => request.destination.serviceAccount),
  "auth.method": scalar(({ auth }) => auth?.method),
  "auth.kind": scalar(({ auth }) => auth?.identity.kind),
  "auth.provider": scalar(({ auth }) => auth?.identity.provider),
  "auth.subject": scalar(({ auth }) => auth?.identity.subject),
  "auth.issuer": scalar(({ auth }) => auth?.identity.issuer),
  "auth.scopes": tree(({ auth }) => auth?.identity.scopes),
  "auth.claims": tree(({ auth }) => auth?.identity.claims),
};

function readPort(peer: { readonly address: string; readonly port: number }): bigint | undefined {
  return peer.address === "" ? undefined : BigInt(peer.port);
}

const MAX_TIME = 253_402_300_799_999;

function readTime(time: number): string | undefined {
  return time > 0 && time <= MAX_TIME ? new Date(time).toISOString() : undefined;
}
