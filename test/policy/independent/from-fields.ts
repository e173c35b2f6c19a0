import { blockHolds, readAddress } from "./address.ts";
import type { Identity } from "./credentials.ts";
import { every, not, some, type Truth } from "./kleene.ts";
import type { ClaimItem, FromEntry } from "./manifest-types.ts";
import { readClaim } from "./token.ts";
import type { Scene, View } from "./view.ts";
import { type Call, type Json, TRUST_DOMAIN } from "./world.ts";

export const PEER_FIELDS: readonly string[] = ["principals", "serviceAccounts", "namespaces", "trustDomains"];
export const CREDENTIAL_FIELDS: readonly string[] = ["authentication", "subjects", "scopes", "claims"];

/** `notNamespaces` is the twin of `namespaces`. */
export function untwinned(field: string): { readonly name: string; readonly isTwin: boolean } {
  const isTwin = /^not[A-Z]/.test(field);
  return { name: isTwin ? `${field.slice(3, 4).toLowerCase()}${field.slice(4)}` : field, isTwin };
}

export function fromField(field: string, entry: FromEntry, scene: Scene, view: View): Truth {
  const { name, isTwin } = untwinned(field);
  if (name === "claims") {
    const items = (entry[field] as readonly ClaimItem[]).map((item) => matchClaim(item, view.identity));
    return every(isTwin ? items.map(not) : items);
  }
  const values = entry[field] as readonly string[];
  if (name === "scopes") return matchScopes(values, view.identity?.scopes ?? [], isTwin);
  const truth = matchOne(name, values, entry, scene, view);
  return isTwin ? not(truth) : truth;
}

function matchOne(name: string, values: readonly string[], entry: FromEntry, scene: Scene, { identity, methods }: View): Truth {
  const { peer } = scene;
  // Accounts and namespaces are those of the local trust domain, unless the entry speaks of trust domains.
  const speaks = entry["trustDomains"] !== undefined || entry["notTrustDomains"] !== undefined;
  const here = speaks || peer?.trustDomain === TRUST_DOMAIN ? peer : undefined;
  switch (name) {
    case "principals":
      return matchText(values, peer?.principal);
    case "trustDomains":
      return matchText(values, peer?.trustDomain);
    case "namespaces":
      return matchText(values, here?.namespace);
    case "serviceAccounts":
      return matchText(values, here?.namespace === undefined ? undefined : `${here.namespace}/${here.account}`);
    case "ipBlocks":
      return matchBlocks(values, addressOf(scene.call));
    case "remoteIpBlocks":
      return matchBlocks(values, clientOf(scene));
    case "subjects":
      return matchText(values, identity?.subject);
    case "authentication":
      return identity === undefined ? "unknown" : values.some((value) => methods.includes(value));
    default:
      throw new TypeError(`no field ${name}`);
  }
}

function matchText(values: readonly string[], text: string | undefined): Truth {
  const isThere = text !== undefined && text !== "";
  if (values.every((value) => value === "*")) return isThere;
  if (!isThere) return "unknown";
  return values.includes("*") || values.includes(text);
}

function matchScopes(values: readonly string[], scopes: readonly string[], isTwin: boolean): Truth {
  const has = (value: string): boolean => (value === "*" ? scopes.length > 0 : scopes.includes(value));
  if (scopes.length === 0 && !values.every((value) => value === "*")) return "unknown";
  return isTwin ? !values.some(has) : values.every(has);
}

function matchClaim({ claim, values }: ClaimItem, identity: Identity | undefined): Truth {
  const value = identity === undefined ? undefined : readClaim(identity.claims, claim);
  const isEmpty =
    value === undefined || value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
  if (values.every((wanted) => wanted === "*")) return !isEmpty;
  if (values.includes("*")) return isEmpty ? "unknown" : true;
  if (Array.isArray(value)) return some(value.map((element: Json) => matchScalar(values, element)));
  return value === undefined ? "unknown" : matchScalar(values, value);
}

function matchScalar(values: readonly string[], value: Json): Truth {
  const isPlain =
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value));
  return isPlain ? values.includes(String(value)) : "unknown";
}

function addressOf(call: Call): string {
  return call.source ?? "10.0.0.9";
}

function matchBlocks(blocks: readonly string[], text: string | undefined): Truth {
  const address = text === undefined ? undefined : readAddress(text);
  return address === undefined ? "unknown" : blocks.some((block) => blockHolds(block, address));
}

/** The client behind the trusted hops. */
function clientOf({ call, trustedHops }: Scene): string | undefined {
  const peer = addressOf(call);
  if (trustedHops === 0) return peer;
  const entries = [call.headers?.["x-forwarded-for"] ?? []]
    .flat()
    .flatMap((value) => value.split(",").map((entry) => entry.trim()));
  const last = readAddress(entries.at(-1) ?? "");
  const ours = readAddress(peer);
  if (last === undefined || ours === undefined || last.join() !== ours.join()) return undefined;
  return entries.at(-1 - trustedHops);
}
