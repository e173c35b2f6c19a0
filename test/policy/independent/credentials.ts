import type { From, Method } from "./manifest-types.ts";
import { readCookies, readQuery, valuesOf } from "./pairs.ts";
import type { Policy } from "./policy.ts";
import { holdsAll } from "./target.ts";
import { refuseToken, scopesOf } from "./token.ts";
import { type Call, INSTALLATION_NAMESPACE, type Json, type Key, type Manifest, type Token } from "./world.ts";

export interface Identity {
  readonly kind: "jwt" | "apiKey" | "anonymous";
  readonly provider: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly scopes: readonly string[];
  readonly claims: { readonly [name: string]: Json };
}

/** A credential that is good for the target. */
export interface Credential {
  readonly identity: Identity;
  readonly acceptedBy: readonly Method[];
  readonly refusedBy: readonly Method[];
}

export interface Vault {
  readonly manifests: readonly Manifest[];
  readonly tokens: ReadonlyMap<string, Token>;
  readonly keys: ReadonlyMap<string, Key>;
}

/** One `from` of one method of one policy. */
interface Reader {
  readonly policy: Policy;
  readonly method: Method;
  readonly from: From;
}

export interface Location {
  readonly in: "header" | "cookie" | "query";
  readonly name: string;
  readonly readers: readonly Reader[];
}

const DEFAULT_FROM: readonly From[] = [{ header: "authorization", prefix: "Bearer" }];

/** Every place where a credential may stand, in the order in which the policies name them. */
export function locationsOf(policies: readonly Policy[]): readonly Location[] {
  const locations = new Map<string, Location>();
  for (const policy of policies) {
    for (const method of policy.body.authentication ?? []) {
      for (const from of method.jwt?.from ?? method.apiKey?.from ?? (method.jwt === undefined ? [] : DEFAULT_FROM)) {
        const place = from.header !== undefined ? "header" : from.cookie !== undefined ? "cookie" : "query";
        const name = from.header ?? from.cookie ?? from.query ?? "";
        const known = locations.get(`${place} ${name}`)?.readers ?? [];
        locations.set(`${place} ${name}`, { in: place, name, readers: [...known, { policy, method, from }] });
      }
    }
  }
  return [...locations.values()];
}

/** The credentials of a call, or the reason to refuse it. */
export function readCredentials(
  call: Call,
  query: string,
  locations: readonly Location[],
  vault: Vault,
): readonly Credential[] | string {
  const found: { readonly owners: readonly Owner[] }[] = [];
  for (const location of locations) {
    const values = valuesAt(location, call, query);
    if (values === "ambiguous") return "credential_unrecognized";
    if (values.length > 1) return "credential_repeated";
    const [value] = values;
    if (value === undefined) continue;
    const owners = location.readers.flatMap((reader) => ownerOf(reader, value, vault));
    if (owners.length === 0)
      return location.readers.some((reader) => wantsMissing(reader, value, vault)) ? "unresolved_ref" : "credential_unrecognized";
    found.push({ owners });
  }
  const good: Credential[] = [];
  for (const { owners } of found) {
    const verdict = verify(owners);
    if (typeof verdict === "string") return verdict;
    good.push(verdict);
  }
  return good;
}

function valuesAt({ in: place, name }: Location, call: Call, query: string): readonly string[] | "ambiguous" {
  const header = (named: string): readonly string[] => [call.headers?.[named] ?? []].flat();
  if (place === "header") return header(name);
  const pairs = place === "cookie" ? readCookies(header("cookie")) : readQuery(query);
  return pairs.isAmbiguous(name) ? "ambiguous" : valuesOf(pairs, name);
}

/** The credential that a value holds under a prefix. */
function strip(value: string, prefix: string): string | undefined {
  if (prefix === "") return value === "" ? undefined : value;
  const isScheme = /^[A-Za-z][A-Za-z0-9-]*$/.test(prefix);
  if (!isScheme) return value.startsWith(prefix) ? value.slice(prefix.length).trim() || undefined : undefined;
  if (value.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return undefined;
  return /^ +([^\s,]+)$/.exec(value.slice(prefix.length))?.[1];
}

interface Owner {
  readonly reader: Reader;
  readonly result: Identity | string;
}

function ownerOf(reader: Reader, value: string, vault: Vault): readonly Owner[] {
  const text = strip(value, reader.from.prefix ?? "");
  if (text === undefined) return [];
  if (reader.method.apiKey !== undefined) return [{ reader, result: identityOfKey(reader, text, vault) }];
  const token = vault.tokens.get(text);
  const provider = providerOf(reader, vault);
  if (reader.method.jwt === undefined || token === undefined || provider === undefined) return [];
  if (token.claims["iss"] !== provider.issuer) return [];
  const reason = refuseToken(token, reader.method.jwt);
  return [{ reader, result: reason ?? identityOfToken(token, provider) }];
}

function wantsMissing(reader: Reader, value: string, vault: Vault): boolean {
  const text = strip(value, reader.from.prefix ?? "");
  return (
    reader.method.jwt !== undefined && text !== undefined && vault.tokens.has(text) && providerOf(reader, vault) === undefined
  );
}

function providerOf({ policy, method }: Reader, vault: Vault): { readonly name: string; readonly issuer: string } | undefined {
  const { kind = "IdentityProvider", name = "" } = method.jwt?.providerRef ?? {};
  const namespace = kind === "IdentityProvider" ? policy.namespace : undefined;
  const object = vault.manifests.find(
    (each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace,
  );
  const { issuer = "" } = (object?.spec ?? {}) as { readonly issuer?: string };
  if (!issuer.startsWith("https://")) return undefined;
  return { name: namespace === undefined ? name : `${namespace}/${name}`, issuer };
}

function identityOfToken({ claims }: Token, provider: { readonly name: string; readonly issuer: string }): Identity {
  const { sub } = claims;
  return {
    kind: "jwt",
    provider: provider.name,
    ...(typeof sub === "string" && sub !== "" ? { subject: sub } : {}),
    issuer: provider.issuer,
    scopes: scopesOf(claims),
    claims,
  };
}

function identityOfKey({ policy, method }: Reader, text: string, vault: Vault): Identity | string {
  const key = vault.keys.get(text);
  const namespace = policy.tier === "own" ? policy.namespace : INSTALLATION_NAMESPACE;
  if (key === undefined || key.namespace !== namespace || !holdsAll(key.labels, method.apiKey?.selector.matchLabels ?? {})) {
    return "api_key_unknown";
  }
  const claims = { name: key.name, namespace: key.namespace, labels: key.labels };
  return { kind: "apiKey", provider: "", subject: key.name, scopes: key.scopes, claims };
}

/** Good if one owner accepts it; else the first owner's reason, or that of one who could not tell. */
function verify(owners: readonly Owner[]): Credential | string {
  const accepted = owners.flatMap(({ reader, result }) =>
    typeof result === "string" ? [] : [{ method: reader.method, identity: result }],
  );
  const reasons = owners.flatMap(({ result }) => (typeof result === "string" ? [result] : []));
  const [first] = accepted;
  if (first === undefined) return reasons.find((reason) => reason === "identity_provider_unavailable") ?? reasons[0] ?? "";
  const acceptedBy = accepted.map(({ method }) => method);
  return {
    identity: first.identity,
    acceptedBy,
    refusedBy: owners.map(({ reader }) => reader.method).filter((method) => !acceptedBy.includes(method)),
  };
}
