import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CallParts, checkRequest } from "./check-request.ts";

/** One thing to measure: policies to serve, and the calls to make of them. All calls are allowed. */
export interface World {
  readonly name: string;
  readonly what: string;
  /** Writes the policies into an empty directory. */
  write(directory: string): void;
  /** The calls, each different where a call must be the first of its kind; they repeat from the start. */
  readonly calls: readonly Buffer[];
  /** True where each call may be made once only. */
  readonly once?: boolean;
  /** Asks only whether size matters: one transport, the busiest load. */
  readonly scale?: boolean;
}

const PEER: CallParts = { principal: "spiffe://cluster.local/ns/shop/sa/frontend" };
const API = { group: "sallyport.dev/v1alpha1" } as const;

type Manifest = Readonly<Record<string, unknown>>;

function policy(name: string, spec: object, namespace = "shop"): Manifest {
  return { apiVersion: API.group, kind: "APIPolicy", metadata: { name, namespace }, spec };
}

function write(directory: string, manifests: readonly Manifest[], perFile = 1000): void {
  mkdirSync(directory, { recursive: true });
  for (let start = 0; start < manifests.length; start += perFile) {
    const items = manifests.slice(start, start + perFile);
    writeFileSync(join(directory, `m${start}.json`), JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  }
}

const READ = { methods: ["GET"], paths: ["/api/v1/orders/{id}"] };
const RBAC = policy("orders", {
  selector: { matchLabels: { app: "orders" } },
  rules: [
    { name: "read", effect: "Allow", from: [{ serviceAccounts: ["shop/frontend"] }], to: [READ] },
    { name: "no-admin", effect: "Deny", to: [{ paths: ["/admin/{**}"] }] },
  ],
});

const rbac: World = {
  name: "rbac",
  what: "RBAC: service account, method, path template, one Deny",
  write: (directory) => write(directory, [RBAC]),
  calls: [checkRequest(PEER)],
};

function rules(count: number): World {
  const noise = Array.from({ length: count - 1 }, (_, index) => ({
    name: `r${index}`,
    effect: "Allow",
    from: [{ serviceAccounts: [`shop/other-${index}`] }],
    to: [{ methods: ["GET"], paths: [`/api/v1/things-${index}/{id}`] }],
  }));
  const read = { name: "read", effect: "Allow", from: [{ serviceAccounts: ["shop/frontend"] }], to: [READ] };
  const spec = { selector: { matchLabels: { app: "orders" } }, rules: [...noise, read] };
  return {
    name: `rules-${count}`,
    what: `RBAC, the last of ${count} rules`,
    write: (directory) => write(directory, [policy("orders", spec)]),
    calls: [checkRequest(PEER)],
  };
}

function manyPolicies(count: number): World {
  const others = Array.from({ length: count - 1 }, (_, index) =>
    policy(
      `p${index}`,
      { hosts: [`h${index}.example.com`], rules: [{ name: "all", effect: "Allow", to: [READ] }] },
      `n${index % 500}`,
    ),
  );
  return {
    name: `policies-${count}`,
    what: `RBAC among ${count.toLocaleString("en")} policies and hosts`,
    write: (directory) => write(directory, [...others, RBAC]),
    calls: [checkRequest(PEER)],
  };
}

const keyText = (index: number): string => `bench-key-${createHash("sha256").update(String(index)).digest("hex").slice(0, 32)}`;

function apiKeys(count: number): World {
  const secrets = Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "Secret",
    type: "sallyport.dev/api-key",
    metadata: { name: `k${index}`, namespace: "shop", labels: { app: "orders" } },
    stringData: { api_key: keyText(index) },
  }));
  const spec = {
    selector: { matchLabels: { app: "orders" } },
    authentication: [
      { name: "partners", apiKey: { selector: { matchLabels: { app: "orders" } }, from: [{ header: "x-api-key" }] } },
    ],
    rules: [{ name: "read", effect: "Allow", from: [{ authentication: ["partners"] }], to: [READ] }],
  };
  return {
    name: `api-key-${count}`,
    what: `API key, one of ${count.toLocaleString("en")}`,
    write: (directory) => write(directory, [policy("orders", spec), ...secrets], 5000),
    calls: [checkRequest({ ...PEER, headers: { "x-api-key": keyText(count >> 1) } })],
  };
}

type Algorithm = "RS256" | "ES256";

const KEYS: Readonly<Record<Algorithm, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>> = {
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
const ISSUER = "https://issuer.bench.invalid";

function token(alg: Algorithm, index: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: "orders",
    sub: `user-${index}`,
    tenant: "acme",
    scope: "orders.read orders.write",
    iat: now,
    exp: now + 86_400,
    jti: String(index),
  };
  const text = `${encode({ alg, kid: alg, typ: "JWT" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(text), { key: KEYS[alg].privateKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

const PROVIDER: Manifest = {
  apiVersion: API.group,
  kind: "IdentityProvider",
  metadata: { name: "bench", namespace: "shop" },
  spec: {
    issuer: ISSUER,
    algorithms: ["RS256", "ES256"],
    jwks: JSON.stringify({
      keys: (["RS256", "ES256"] as const).map((alg) => ({
        ...KEYS[alg].publicKey.export({ format: "jwk" }),
        kid: alg,
        alg,
        use: "sig",
      })),
    }),
  },
};

function jwtPolicy(rule: object): Manifest {
  return policy("orders", {
    selector: { matchLabels: { app: "orders" } },
    authentication: [
      {
        name: "users",
        jwt: { providerRef: { name: "bench" }, audiences: ["orders"] },
        claimsToHeaders: [{ claim: "sub", header: "x-user" }],
      },
    ],
    rules: [
      { name: "read", effect: "Allow", from: [{ authentication: ["users"], scopes: ["orders.read"] }], to: [READ], ...rule },
    ],
  });
}

function withToken(alg: Algorithm, index: number): Buffer {
  return checkRequest({
    ...PEER,
    headers: { authorization: `Bearer ${token(alg, index)}`, "x-tenant": "acme", "x-role": "admin" },
  });
}

const jwtCached: World = {
  name: "jwt-cached",
  what: "JWT, verified before",
  write: (directory) => write(directory, [PROVIDER, jwtPolicy({})]),
  calls: [withToken("RS256", 0)],
};

function jwtFirst(alg: Algorithm, count: number): World {
  return {
    name: `jwt-first-${alg}`,
    what: `JWT, first seen, ${alg}`,
    write: (directory) => write(directory, [PROVIDER, jwtPolicy({})]),
    calls: Array.from({ length: count }, (_, index) => withToken(alg, index)),
    once: true,
  };
}

const cel: World = {
  name: "cel",
  what: "CEL over two headers and a claim, JWT verified before",
  write: (directory) =>
    write(directory, [
      PROVIDER,
      jwtPolicy({
        when: [{ expression: "auth.claims.tenant == request.headers['x-tenant'] && request.headers['x-role'] == 'admin'" }],
      }),
    ]),
  calls: [withToken("RS256", 0)],
};

/** The worlds of a run; a quick one is for seeing that the harness works. */
export function worlds(quick: boolean): readonly World[] {
  const firstSeen = quick ? 400 : 24_000;
  return [
    rbac,
    apiKeys(1),
    jwtCached,
    cel,
    jwtFirst("RS256", firstSeen),
    jwtFirst("ES256", firstSeen),
    ...[rules(10), rules(100), manyPolicies(quick ? 100 : 100_000), apiKeys(quick ? 100 : 100_000)].map((world) => ({
      ...world,
      scale: true,
    })),
  ];
}
