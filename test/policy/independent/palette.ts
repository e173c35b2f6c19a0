import type { Json, Key, Manifest, Token } from "./world.ts";
import { INSTALLATION_NAMESPACE, NOW } from "./world.ts";

/** The words of all cases: few, so that policies and calls meet. */
const CORP = "https://corp.example";
const OTHER = "https://other.example";

function token(claims: { readonly [name: string]: Json | undefined }, rest: Omit<Token, "claims"> = {}): Token {
  const all = Object.entries({ iss: CORP, sub: "ada", aud: "orders", exp: NOW + 300, ...claims });
  return { claims: Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))), ...rest };
}

export const TOKENS: ReadonlyMap<string, Token> = new Map([
  ["ada", token({ tenant: "blue", level: 7, scope: "read write", groups: ["dev", "ops"], admin: true })],
  ["eve", token({ sub: "eve", tenant: "red", level: 3, scp: ["read"], groups: [], org: { roles: ["qa", "ops"], level: 7 } })],
  ["slow", token({ sub: "eve", scp: "admin read", level: 8.5, groups: ["dev", 8.5] }, { slow: true })],
  ["both", token({ aud: ["orders", "billing"], scope: "", tenant: "", groups: [["dev"]] })],
  ["billing", token({ aud: "billing", tenant: ["red", "blue"], scope: "read", "dotted.name": "x" })],
  ["nobody", token({ sub: undefined, tenant: null, level: "7", groups: ["a,b"] })],
  ["blank", token({ sub: "", scope: 7, scp: ["write"], tenant: "a b", admin: false })],
  ["numbered", token({ sub: 7 })],
  ["other", token({ iss: OTHER, tenant: "blue" })],
  ["stranger", token({ iss: "https://evil.example" })],
  ["forged", token({}, { signature: "bad" })],
  ["down", token({}, { provider: "down" })],
  ["down-slow", token({}, { provider: "down", slow: true })],
  ["expired", token({ exp: NOW - 30 })],
  ["skewed", token({ exp: NOW - 29, iat: NOW - 600 })],
  ["early", token({ nbf: NOW + 31 })],
  ["issued-later", token({ iat: NOW + 31, exp: NOW + 700 })],
  ["long", token({ iat: NOW, exp: NOW + 601, tenant: "blue" })],
  ["short", token({ iat: NOW, exp: NOW + 600, tenant: ["green", "blue"] })],
  ["endless", token({ exp: undefined })],
]);

const key = (name: string, labels: Key["labels"], scopes: readonly string[], namespace = "shop"): Key => ({
  name,
  namespace,
  labels,
  scopes,
});

export const KEYS: ReadonlyMap<string, Key> = new Map([
  ["k3y-of-acme", key("acme", { app: "orders", tier: "gold" }, ["read", "write"])],
  ["k3y-of-others", key("others", { app: "payments" }, [])],
  ["k3y-of-pay", key("eve", { app: "orders" }, ["read"], "pay")],
  ["k3y-of-cluster", key("ada", { app: "orders" }, ["admin"], INSTALLATION_NAMESPACE)],
]);

const V1ALPHA1 = "sallyport.dev/v1alpha1";
const provider = (name: string, issuer: string, namespace?: string): Manifest => ({
  apiVersion: V1ALPHA1,
  kind: namespace === undefined ? "ClusterIdentityProvider" : "IdentityProvider",
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { issuer },
});

/** What is there in every world. `missing` is not, and `broken` has a fault. */
export const FURNITURE: readonly Manifest[] = [
  provider("corp", CORP, "shop"),
  provider("other", OTHER, "shop"),
  provider("broken", "corp.example", "shop"),
  provider("corp", CORP, "pay"),
  provider("corp", CORP),
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { tier: "web" } } },
  service("orders", { app: "orders" }),
  service("canary", { app: "orders", track: "canary" }),
  service("external", {}),
];

function service(name: string, selector: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop" },
    spec: Object.keys(selector).length === 0 ? {} : { selector },
  };
}

export const NAMES = {
  peers: [
    "spiffe://cluster.local/ns/shop/sa/frontend",
    "spiffe://partner.example/ns/shop/sa/frontend",
    "spiffe://cluster.local/ns/pay/sa/cart",
    "spiffe://cluster.local/vm/7",
  ],
  accounts: ["shop/frontend", "pay/cart", "evil/x"],
  namespaces: ["shop", "pay", "evil"],
  trustDomains: ["cluster.local", "partner.example"],
  blocks: [
    "10.0.0.0/8",
    "10.0.0.9",
    "192.0.2.0/24",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "::ffff:10.0.0.0/104",
    "203.0.113.7/32",
  ],
  methods: ["users", "partners", "anyone"],
  subjects: ["ada", "eve", "acme"],
  scopes: ["read", "write", "admin"],
  claims: ["tenant", "level", "groups", "admin", "/org/roles", "/org/level", "/groups/0", "dotted.name", "/labels/tier", "name"],
  claimValues: ["blue", "red", "7", "true", "dev", "ops", "gold", "acme"],
  hosts: ["orders.shop", "*.shop", "*", "api.example.com", "*.example.com", "*.b.example.com", "[2001:db8::1]", "10.0.0.1"],
  ports: [8080, 8443, 6060],
  verbs: ["GET", "HEAD", "POST", "DELETE"],
  paths: [
    "/admin",
    "/admin/{**}",
    "/admin/*",
    "/a*",
    "/a/b",
    "/a/{id}",
    "/a/{id}/",
    "/a/{id}/c",
    "/",
    "/{**}",
    "*",
    "*.json",
    "*/b",
    "/caf%C3%A9",
    "/%2A",
    "/p;v",
    "/Info",
    "/İnfo/{**}",
    "/a/{id}/{**}",
    "/x%25",
    "*;v",
    "/%7Bid%7D",
  ],
  /** Those that no request has, or that nobody understands. */
  wrongPaths: ["admin", "/a/**", "/a/../b", "/a//b", "/a%2Fb", "/a?b", "/a/{id", "/a/*/b", "*/{id}", "/a%zz", "/a%5Cb", "/*x"],
} as const;
