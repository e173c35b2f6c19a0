import type { Attack, Form } from "./bypass.ts";

/** One policy in both forms, and a call that both must let through: a world that refuses everything would prove nothing. */
interface BypassWorld {
  readonly allow: readonly object[];
  readonly deny: readonly object[];
  /** The rest of the spec, the same in both forms. */
  readonly common?: object;
  readonly control?: Control;
}

export type Control = Omit<Attack, "what" | "world" | "wire" | "envoy">;

const ALL = { name: "all", effect: "Allow" };
const allow = (rule: object): readonly object[] => [{ name: "allowed", effect: "Allow", ...rule }];
const deny = (rule: object): readonly object[] => [ALL, { name: "denied", effect: "Deny", ...rule }];
const when = (expression: string): object => ({ when: [{ expression }] });
const provider = (name: string): object => ({ jwt: { providerRef: { name }, audiences: ["orders"] } });

const users = { name: "users", ...provider("corp") };
const partners = {
  name: "partners",
  apiKey: { selector: { matchLabels: { app: "orders" } }, from: [{ header: "x-api-key" }] },
};
const anyone = { name: "anyone", anonymous: {} };

/** A provider whose keys cannot be had, so that nothing it would have signed is good. */
const lost = (name: string): BypassWorld => ({
  common: { authentication: [{ name: "users", ...provider(name) }, anyone] },
  allow: allow({ from: [{ authentication: ["users"] }] }),
  deny: deny({ from: [{ subjects: ["eve"] }], to: [{ methods: ["DELETE"] }] }),
});

const bearer = (token: string): readonly [string, string] => ["authorization", `Bearer {token ${token}}`];
const json = (body: string): Pick<Attack, "method" | "headers" | "body"> => ({
  method: "POST",
  headers: [["content-type", "application/json"]],
  body,
});

export const WORLDS = {
  /** Protected: `/admin/{**}`, and a name that Unicode writes in two ways. */
  paths: {
    allow: allow({ to: [{ paths: ["/public/{**}"] }] }),
    deny: deny({ to: [{ paths: ["/admin/{**}", "/café/{**}"] }] }),
    control: { path: "/public/x?y=/admin" },
  },
  /** The same, whatever the case. */
  folded: {
    allow: allow({ to: [{ paths: ["/public/{**}"], caseInsensitive: true }] }),
    deny: deny({ to: [{ paths: ["/admin/{**}", "/keys/{**}"], caseInsensitive: true }] }),
    control: { path: "/PUBLIC/x" },
  },
  /** Protected: reading and deleting. */
  methods: {
    allow: allow({ to: [{ methods: ["POST", "GET"], paths: ["/public/{**}"] }, { methods: ["OPTIONS"] }] }),
    deny: deny({ to: [{ methods: ["GET", "DELETE"] }] }),
    control: { method: "OPTIONS", path: "/x" },
  },
  /** Protected: `admin.shop.example` and everything under `internal.example`. */
  hosts: {
    allow: allow({ to: [{ hosts: ["api.shop.example"] }] }),
    deny: deny({ to: [{ hosts: ["admin.shop.example", "*.internal.example", "[2001:db8::1]"] }] }),
    control: { host: "API.shop.example:8080" },
  },
  /** Protected: the role `admin`. */
  roles: {
    allow: allow(when("request.headers['x-role'] == 'user'")),
    deny: deny(when("'x-role' in request.headers && request.headers['x-role'] == 'admin'")),
    control: { headers: [["x-role", "user"]] },
  },
  /** Protected: whoever is not of this very account. */
  accounts: {
    common: { peer: { mtls: "Optional" } },
    allow: allow({ from: [{ serviceAccounts: ["shop/front.end"] }] }),
    deny: deny({ from: [{ notServiceAccounts: ["shop/front.end"] }] }),
    control: { caller: { principal: "spiffe://cluster.local/ns/shop/sa/front.end" } },
  },
  /** Protected: what comes from the namespace `evil`. */
  namespaces: {
    common: { peer: { mtls: "Optional" } },
    allow: allow({ from: [{ notNamespaces: ["evil"] }] }),
    deny: deny({ from: [{ namespaces: ["evil"] }] }),
    control: {},
  },
  /** Protected: one principal, by name. */
  principals: {
    common: { peer: { mtls: "Optional" } },
    allow: allow({ from: [{ notPrincipals: ["spiffe://cluster.local/ns/evil/sa/x"] }] }),
    deny: deny({ from: [{ principals: ["spiffe://cluster.local/ns/evil/sa/x"] }] }),
    control: {},
  },
  /** Protected: what comes from outside 10.0.0.0/8. */
  addresses: {
    allow: allow({ from: [{ ipBlocks: ["10.0.0.0/8"] }] }),
    deny: deny({ from: [{ ipBlocks: ["192.0.2.0/24", "127.0.0.0/8"] }] }),
    control: { source: "10.1.2.3" },
  },
  /** Protected: whoever is not an editor; the role `guest`. */
  tokens: {
    common: { authentication: [users, anyone] },
    allow: allow({ from: [{ authentication: ["users"], claims: [{ claim: "role", values: ["editor"] }] }] }),
    deny: deny({ from: [{ claims: [{ claim: "role", values: ["guest"] }] }] }),
    control: { headers: [bearer("good")] },
  },
  /** The same provider, another audience, and tokens that live ten minutes at most. */
  billing: {
    common: {
      authentication: [
        { name: "users", jwt: { providerRef: { name: "corp" }, audiences: ["billing"], maxLifetimeSeconds: 600 } },
        anyone,
      ],
    },
    allow: allow({ from: [{ authentication: ["users"], claims: [{ claim: "role", values: ["editor"] }] }] }),
    deny: deny({ from: [{ claims: [{ claim: "role", values: ["guest"] }] }] }),
    control: { headers: [bearer("for-billing")] },
  },
  /** A token may stand in three places. */
  places: {
    common: {
      authentication: [
        {
          name: "users",
          jwt: {
            providerRef: { name: "corp" },
            audiences: ["orders"],
            from: [{ header: "authorization", prefix: "Bearer" }, { cookie: "session" }, { query: "token" }],
          },
        },
        anyone,
      ],
    },
    allow: allow({ from: [{ authentication: ["users"], claims: [{ claim: "role", values: ["editor"] }] }] }),
    deny: deny({ from: [{ claims: [{ claim: "role", values: ["guest"] }] }] }),
    control: { headers: [["cookie", "a=b; session={token good}"]] },
  },
  /** The claim `tenant` must be there and not empty. */
  presence: {
    common: { authentication: [users] },
    allow: allow({ from: [{ claims: [{ claim: "tenant", values: ["*"] }] }] }),
    deny: deny({ from: [{ notClaims: [{ claim: "tenant", values: ["*"] }] }] }),
    control: { headers: [bearer("tenant")] },
  },
  /** The service believes `x-user`, which the policy writes. */
  names: {
    common: {
      authentication: [
        {
          ...users,
          claimsToHeaders: [
            { claim: "sub", header: "x-user" },
            { claim: "team", header: "x-team" },
          ],
        },
        anyone,
      ],
    },
    allow: allow({ to: [{ methods: ["GET"] }] }),
    deny: deny({ to: [{ methods: ["DELETE"] }] }),
    control: { headers: [bearer("good")] },
  },
  /** A policy that would write what routes the request. */
  rewriting: {
    common: {
      authentication: [{ ...users, claimsToHeaders: [{ claim: "sub", header: "host" }] }, anyone],
    },
    allow: allow({}),
    deny: deny({ to: [{ methods: ["DELETE"] }] }),
  },
  keys: {
    common: { authentication: [partners, anyone] },
    allow: allow({ from: [{ authentication: ["partners"] }] }),
    deny: deny({ from: [{ subjects: ["blocked"] }] }),
    control: { headers: [["x-api-key", "{key acme}"]] },
  },
  unreachable: lost("unreachable"),
  loopback: lost("loopback"),
  metadata: lost("metadata"),
  "by-file": lost("by-file"),
  redirecting: lost("redirecting"),
  elsewhere: lost("elsewhere"),
  /** Protected: the JSON role `admin`. */
  json: {
    allow: allow(when("request.json.role == 'user'")),
    deny: deny(when("has(request.body) && request.json.role == 'admin'")),
    control: json('{"role":"user"}'),
  },
  /** Protected: the same in a form. */
  form: {
    allow: allow(when("request.form.role == 'user'")),
    deny: deny(when("has(request.body) && 'role' in request.form && request.form.role == 'admin'")),
    control: { method: "POST", headers: [["content-type", "application/x-www-form-urlencoded"]], body: "role=user" },
  },
  /** A condition that errs unless it gets a number. */
  errors: {
    allow: allow(when("int(request.headers['x-level']) < 10")),
    deny: deny(when("int(request.headers['x-level']) >= 10")),
    control: { headers: [["x-level", "7"]] },
  },
  /** A condition that a caller can make expensive. */
  costs: {
    allow: allow(
      when("request.headerValues['x-item'].all(a, request.headerValues['x-item'].exists(b, b == a + '1') || a != '')"),
    ),
    deny: deny(when("request.headerValues['x-item'].exists(a, request.headerValues['x-item'].exists(b, b == a + '!'))")),
    control: { headers: [["x-item", "a"]] },
  },
  /** A pattern on which backtracking engines hang. */
  patterns: {
    allow: allow(when("request.path.matches('^/(a+)+$')")),
    deny: deny(when("request.path.matches('^/(a+)+!$')")),
    control: { path: "/aaaa" },
  },
  /** Names that objects inherit. */
  inherited: {
    common: { authentication: [users] },
    allow: allow(when("request.headers['constructor'] == 'x' && auth.claims.__proto__ == 'y'")),
    deny: deny({
      ...when("!('constructor' in request.headers) || request.query['__proto__'] == 'z' || !('toString' in auth.claims)"),
    }),
    control: {
      path: "/?__proto__=y",
      headers: [["constructor", "x"], bearer("inherited")],
    },
  },
} as const satisfies { readonly [name: string]: BypassWorld };

export type WorldName = keyof typeof WORLDS | "gateway";

/** The spec of a world's policy in one form, for the workload that is labelled after both. */
export function specOf(name: keyof typeof WORLDS, form: Form): object {
  const world: BypassWorld = WORLDS[name];
  return { selector: { matchLabels: { app: workloadOf(name, form) } }, ...world.common, rules: world[form] };
}

/** Absent where a world lets nothing through. */
export function controlOf(name: keyof typeof WORLDS): Control | undefined {
  return (WORLDS[name] as BypassWorld).control;
}

export function workloadOf(name: WorldName, form: Form): string {
  return `${name}-${form}`;
}

/** At a gateway the host finds the policy: a narrow one, and a wide one beside it that lets everything through. */
export function gatewaySpecs(form: Form): { readonly [name: string]: object } {
  return {
    [`gateway-${form}`]: {
      hosts: [`admin.${form}.example`],
      rules: form === "allow" ? allow({ to: [{ paths: ["/public"] }] }) : deny({ to: [{ paths: ["/{**}"] }] }),
    },
    [`gateway-${form}-rest`]: { hosts: [`*.${form}.example`], rules: [ALL] },
  };
}
