import type { CelVariables } from "../../../src/policy/cel/cel-request.ts";
import { createParsedRequest } from "../../../src/policy/cel/parsed-request.ts";
import type { ClaimValue, CredentialKind, PeerIdentity } from "../../../src/policy/model/identity.ts";

/** What differs from the plain request of these tests: GET https://orders.shop/orders with no header, no peer and no credential. */
export interface World {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  /** Repeat a name to repeat the header. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  readonly truncated?: boolean;
  /** Milliseconds. */
  readonly time?: number;
  readonly address?: string;
  readonly peer?: PeerIdentity;
  readonly labels?: ReadonlyMap<string, string>;
  readonly destination?: { readonly namespace?: string; readonly serviceAccount?: string };
  readonly auth?: {
    readonly method?: string;
    readonly kind?: CredentialKind;
    readonly provider?: string;
    readonly subject?: string;
    readonly issuer?: string;
    readonly scopes?: readonly string[];
    readonly claims?: ClaimValue;
  };
}

export function variablesOf(world: World): CelVariables {
  const headers = new Map<string, string[]>();
  for (const [name, value] of world.headers ?? []) headers.set(name, [...(headers.get(name) ?? []), value]);
  const bytes = typeof world.body === "string" ? new TextEncoder().encode(world.body) : world.body;
  const address = world.address ?? "10.0.0.1";
  const path = world.path ?? "/orders";
  const query = world.query ?? "";
  const { auth } = world;
  return {
    path,
    request: createParsedRequest({
      host: "orders.shop",
      query,
      destination: world.destination ?? {},
      ...(world.peer === undefined ? {} : { peer: world.peer }),
      request: {
        method: world.method ?? "GET",
        path: query === "" ? path : `${path}?${query}`,
        host: "orders.shop",
        scheme: "https",
        protocol: "HTTP/2",
        time: world.time ?? 0,
        headers: {
          values: (name) => headers.get(name) ?? [],
          names: () => [...headers.keys()],
          namesWithUnderscore: () => [...headers.keys()].filter((name) => name.includes("_")),
        },
        ...(bytes === undefined ? {} : { body: { bytes, truncated: world.truncated ?? false } }),
        source: { address, port: 40000, principal: "", certificate: "" },
        destination: { address: "10.0.0.2", port: 8080, principal: "", certificate: "" },
        labels: world.labels ?? new Map(),
        labelsKey: "",
        extensions: new Map(),
      },
    }),
    ...(auth === undefined
      ? {}
      : {
          auth: {
            method: auth.method ?? "users",
            identity: {
              kind: auth.kind ?? "jwt",
              provider: auth.provider ?? "shop/corp",
              ...(auth.subject === undefined ? {} : { subject: auth.subject }),
              ...(auth.issuer === undefined ? {} : { issuer: auth.issuer }),
              scopes: auth.scopes ?? [],
              claims: claims(auth.claims ?? {}) as { readonly [name: string]: ClaimValue },
            },
          },
        }),
  };
}

/** Null-prototype at every level, as `identity` makes them. */
function claims(value: ClaimValue): ClaimValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(claims);
  const object: Record<string, ClaimValue> = Object.create(null);
  for (const [name, child] of Object.entries(value)) object[name] = claims(child);
  return object;
}
