import { expect, test } from "vitest";
import { compileCel } from "../../../src/policy/cel/compile.ts";
import type { CelResult } from "../../../src/policy/cel/program.ts";
import { variablesOf, type World } from "./worlds.ts";

const T: CelResult = { value: 2 };
const F: CelResult = { value: 0 };
const unknown = (error: string): CelResult => ({ value: 1, error });

function evaluate(expression: string, world: World): CelResult {
  const compilation = compileCel(expression);
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.faults));
  return compilation.program.evaluate(variablesOf(world));
}

const FULL: World = {
  method: "POST",
  path: "/orders/42",
  query: "q=1&q=2&name=J%C3%B6rg+A&empty",
  headers: [
    ["x-tenant", "acme"],
    ["x-role", "admin"],
    ["x-two", "a"],
    ["x-two", "b"],
    ["cookie", 'session=abc; theme="dark"'],
    ["cookie", "theme=light"],
    ["content-type", "application/json; charset=utf-8"],
  ],
  body: '{"items":[{"sku":"a","n":2},{"sku":"b","n":3.5}],"note":null}',
  time: Date.UTC(2026, 2, 29, 1, 30, 15, 250),
  peer: {
    principal: "spiffe://cluster.local/ns/shop/sa/frontend",
    trustDomain: "cluster.local",
    namespace: "shop",
    serviceAccount: "frontend",
  },
  labels: new Map([["app", "orders"]]),
  destination: { namespace: "shop", serviceAccount: "orders" },
  auth: {
    subject: "joe",
    issuer: "https://idp",
    scopes: ["orders.read", "orders.write"],
    claims: { tenant: "acme", age: 42n, groups: ["a", "b", 7n], realm: { roles: ["x"] }, admin: true, nothing: null, share: 0.5 },
  },
};

const TABLE: readonly (readonly [string, CelResult])[] = [
  ["auth.claims.tenant == request.headers['x-tenant'] && request.headers['x-role'] == 'admin'", T],
  ["request.headers.`x-role` == 'admin'", T],
  ["request.method == 'POST' && request.path == '/orders/42' && request.url_path == request.path", T],
  ["request.host == 'orders.shop' && request.scheme == 'https' && request.protocol == 'HTTP/2'", T],
  ["request.headers['x-none'] == 'a'", unknown("`request.headers['x-none']` is absent")],
  ["request.headers['x-none'] != 'a'", unknown("`request.headers['x-none']` is absent")],
  ["!(request.headers['x-none'] == 'a')", unknown("`request.headers['x-none']` is absent")],
  ["request.headers['x-two'] == 'a'", unknown("`request.headers['x-two']` occurs more than once")],
  ["request.headers[request.scheme] == 'a'", unknown("no such key")],
  ["['x-two'].exists(h, request.headers[h] == 'a')", unknown("a value that occurs more than once was read")],
  ["['x-two', 'x-role'].exists(h, request.headers[h] == 'admin')", T],
  ["request.headerValues['x-two'] == ['a', 'b']", T],
  ["request.headerValues['x-two'].exists(v, v == 'b')", T],
  ["'x-role' in request.headers && 'x-two' in request.headers && !('x-none' in request.headers)", T],
  ["has(request.headers.cookie) && !has(request.headers.none)", T],
  ["request.headers.exists(h, h == 'x-role') && size(request.headers) == 5", T],
  ["request.query.name == 'Jörg A' && request.query.empty == ''", T],
  ["request.query.q == '1'", unknown("`request.query.q` occurs more than once")],
  ["request.queryValues.q == ['1', '2'] && 'q' in request.query", T],
  ["request.cookies.session == 'abc'", T],
  ["request.cookies.theme == 'light'", unknown("it cannot be said whether `request.cookies.theme` is there")],
  ["request.json.items.all(i, i.n > 1) && request.json.items[0].sku == 'a' && request.json.items[0].n == 2", T],
  ["has(request.json.note) && request.json.note == null && !has(request.json.other)", T],
  ["request.body.contains('\"sku\"') && size(request.body) == 61", T],
  ["request.form.a == '1'", unknown("it cannot be said whether `request.form.a` is there")],
  ["request.time == timestamp('2026-03-29T01:30:15.25Z') && has(request.time)", T],
  ["request.time.getHours() == 1 && request.time.getHours('Europe/Berlin') == 3", T],
  ["request.time.getDayOfWeek() == 0 && request.time.getHours('-02:00') == 23 && request.time.getMilliseconds() == 250", T],
  ["request.time < timestamp('2026-03-29T00:00:00Z') + duration('90m16s')", T],
  ["timestamp(1774747815) <= request.time", T],
  ["source.address == '10.0.0.1' && source.port == 40000 && destination.port == 8080", T],
  ["source.principal.startsWith('spiffe://cluster.local/') && source.trustDomain == 'cluster.local'", T],
  ["source.namespace == destination.namespace && source.serviceAccount == 'frontend'", T],
  ["destination.serviceAccount == 'orders' && destination.labels.app == 'orders'", T],
  ["destination.labels['none'] == 'a'", unknown("`destination.labels.none` is absent")],
  ["auth.method == 'users' && auth.kind == 'jwt' && auth.provider == 'shop/corp'", T],
  ["auth.subject == 'joe' && auth.issuer == 'https://idp'", T],
  ["'orders.read' in auth.scopes && !('admin' in auth.scopes) && auth.scopes.size() == 2", T],
  ["auth.claims.age >= 18 && auth.claims.age == 42.0 && auth.claims.age == 42u && auth.claims.share == 0.5", T],
  ["'a' in auth.claims.groups && 7 in auth.claims.groups && !('7' in auth.claims.groups)", T],
  ["'x' in auth.claims.realm.roles && auth.claims.realm['roles'][0] == 'x' && 'roles' in auth.claims.realm", T],
  ["auth.claims.admin", T],
  ["!auth.claims.admin || false", F],
  ["auth.claims.tenant", unknown("expected bool, got string")],
  ["auth.claims.tenant && true", unknown("expected bool, got string")],
  ["auth.claims.none == 'a'", unknown("`auth.claims.none` is absent")],
  ["auth.claims.tenant.deeper == 'a'", unknown("`auth.claims.tenant.deeper` is absent")],
  ["has(auth.claims.none.deeper)", unknown("it cannot be said whether `auth.claims.none.deeper` is there")],
  ["has(auth.claims.nothing) && auth.claims.nothing == null && 'nothing' in auth.claims", T],
  ["auth.claims.tenant == 3", F],
  ["auth.claims.tenant != 3", T],
  ["auth.claims.tenant < 3", unknown("`_<_` does not take (string, int)")],
  ["auth.claims.age.startsWith('4')", unknown("`startsWith` does not take int.(string)")],
  ["auth.claims.groups.map(g, g + 'x') == ['ax']", unknown("`_+_` does not take (int, string)")],
  ["auth.claims.groups.filter(g, type(g) == string).map(g, g + 'x') == ['ax', 'bx']", T],
  ["request.method in ['GET', 'POST'] && !(request.method in ['PUT'])", T],
  ["request.path.matches('^/orders/[0-9]+$') && !request.path.matches('^$')", T],
  ["request.path.matches('^/' + request.query.none)", unknown("`request.query.none` is absent")],
  ["['^/o', '^/p'].exists(p, request.path.matches(p))", T],
  ["request.path.split('/')[1] == 'orders' && request.path.lowerAscii() == request.path", T],
  ["request.path.replace('/', '-') == '-orders-42' && 'ab'.replace('', '_') == '_a_b_'", T],
  ["request.path.split('/', 2) == ['', 'orders/42'] && ['a', 'b'].join('/') == 'a/b'", T],
  ["'%s-%d'.format([request.method, 3]) == 'POST-3' && strings.quote('a') == '\"a\"'", T],
  ["request.headers['x-none'] == 'a' || request.method == 'POST'", T],
  ["request.method == 'POST' || request.headers['x-none'] == 'a'", T],
  ["request.headers['x-none'] == 'a' && request.method == 'GET'", F],
  ["request.headers['x-none'] == 'a' && request.method == 'POST'", unknown("`request.headers['x-none']` is absent")],
  ["request.method == 'POST' ? auth.claims.admin : request.headers['x-none'] == 'a'", T],
  ["request.headers['x-none'] == 'a' ? true : true", unknown("`request.headers['x-none']` is absent")],
];

test.each(TABLE)("%s", (expression, expected) => {
  expect(evaluate(expression, FULL)).toEqual(expected);
});

test.each([
  ["source.principal == 'a'", "`source.principal` is absent"],
  ["source.namespace != 'a'", "`source.namespace` is absent"],
  ["auth.method != 'users'", "`auth.method` is absent"],
  ["auth.subject == 'a'", "`auth.subject` is absent"],
  ["'a' in auth.scopes", "`auth.scopes` is absent"],
  ["!('a' in auth.scopes)", "`auth.scopes` is absent"],
  ["auth.claims.tenant == 'a'", "`auth.claims.tenant` is absent"],
  ["has(auth.claims.tenant)", "it cannot be said whether `auth.claims.tenant` is there"],
  ["auth.claims.exists(c, c == 'a')", "`auth.claims` is absent"],
  ["request.time > timestamp(0)", "`request.time` is absent"],
  ["request.body == ''", "`request.body` is absent"],
  ["request.json.a == 1", "`request.json.a` is absent"],
  ["destination.namespace == 'a'", "`destination.namespace` is absent"],
])("without peer, credential, body or time, %s is unknown", (expression, error) => {
  expect(evaluate(expression, {})).toEqual(unknown(error));
});

test("presence of what is not there is false, not unknown", () => {
  expect(evaluate("has(auth.subject) || has(auth.claims) || has(source.principal) || has(request.json)", {})).toEqual(F);
});

test("the method is empty when another policy's method verified the credential", () => {
  expect(evaluate("auth.method == '' && auth.subject == 'joe'", { auth: { method: "", subject: "joe" } })).toEqual(T);
});

test.each(["request.headers['x-role'] == 'admin'", "'x-role' in request.headers", "!('x-role' in request.headers)"])(
  "B40: with an underscore twin in the request, %s is unknown",
  (expression) => {
    for (const headers of [
      [["x_role", "admin"]],
      [
        ["x-role", "admin"],
        ["x_role", "user"],
      ],
    ] as const) {
      expect(evaluate(expression, { headers })).toEqual(
        unknown("it cannot be said whether `request.headers['x-role']` is there"),
      );
    }
  },
);

test("a bad escape anywhere in the query leaves nothing of it readable", () => {
  for (const query of ["a=1&b=%zz", "a=1&%ff=2"]) {
    expect(evaluate("request.query.a == '1'", { query }).value).toBe(1);
    expect(evaluate("'z' in request.query", { query }).value).toBe(1);
    expect(evaluate("request.query.exists(k, k == 'z')", { query }).value).toBe(1);
  }
});

const json = (type: string): World["headers"] => [["content-type", type]];

test.each([
  ["application/json", T.value],
  ["application/problem+json", T.value],
  ['Application/JSON; Charset="UTF-8"', T.value],
  ["application/json; charset=utf-16", 1],
  ["text/plain", 1],
])("B72: a body of type %s is JSON or not", (type, value) => {
  expect(evaluate("request.json.a == 1", { headers: json(type) ?? [], body: '{"a":1}' }).value).toBe(value);
});

test("a body that is cut short, compressed, not UTF-8 or of two types is no body", () => {
  const body = '{"a":1}';
  const headers = json("application/json") ?? [];
  const worlds: readonly World[] = [
    { headers, body, truncated: true },
    { headers: [...headers, ["content-encoding", "gzip"]], body },
    { headers: [...headers, ["content-type", "text/plain"]], body },
    { headers, body: new Uint8Array([0x22, 0xff, 0x22]) },
  ];
  for (const world of worlds) expect(evaluate("request.json.a == 1", world).value).toBe(1);
  expect(evaluate("request.json.a == 1", { headers: [...headers, ["content-encoding", "identity"]], body })).toEqual(T);
});

test("a form is read like a query", () => {
  const headers = json("application/x-www-form-urlencoded") ?? [];
  expect(evaluate("request.form.a == '1 2' && request.formValues.b == ['x', 'y']", { headers, body: "a=1+2&b=x&b=y" })).toEqual(
    T,
  );
  expect(evaluate("request.form.b == 'x'", { headers, body: "b=x&b=y" })).toEqual(
    unknown("`request.form.b` occurs more than once"),
  );
});

const posted = (body: string | Uint8Array | undefined, ...headers: readonly (readonly [string, string])[]): World => ({
  method: "POST",
  headers,
  ...(body === undefined ? {} : { body }),
});
const JSON_TYPE = ["content-type", "application/json"] as const;
const FORM_TYPE = ["content-type", "application/x-www-form-urlencoded"] as const;

test.each([
  ["no body", posted(undefined, JSON_TYPE), [F, F, F]],
  ["a whole JSON body", posted("{}", JSON_TYPE), [T, T, F]],
  ["a whole form", posted("a=1", FORM_TYPE), [T, F, T]],
  ["a text", posted("{}", ["content-type", "text/plain"]), [T, F, F]],
] as const)("presence of a body: %s", (_what, world, expected) => {
  expect(["body", "json", "form"].map((name) => evaluate(`has(request.${name})`, world))).toEqual(expected);
});

test.each([
  ["B72: a body of no type", posted("{}"), ["json", "form"]],
  ["B72: a body of two types", posted("{}", ["content-type", "text/plain"], JSON_TYPE), ["json", "form"]],
  ["B73: JSON with a key twice", posted('{"a":1,"a":2}', JSON_TYPE), ["json"]],
  ["B74: a compressed body", posted("a=1", FORM_TYPE, ["content-encoding", "gzip"]), ["body", "form"]],
  ["B76: JSON in another character set", posted("{}", ["content-type", "application/json; charset=utf-16"]), ["json", "form"]],
  ["B76: a body that is not UTF-8", posted(Uint8Array.of(0x7b, 0xff, 0x7d), JSON_TYPE), ["body", "json"]],
] as const)("%s is neither there nor absent, so that a Deny that asks first still matches", (_what, world, names) => {
  for (const name of names)
    expect(evaluate(`has(request.${name})`, world)).toEqual(unknown(`it cannot be said whether \`request.${name}\` is there`));
});

test.each(["", " ", " 7", "7 ", "0x10", "1_000", "--1", "7.0", "18446744073709551616", "9".repeat(401)])(
  "B82: `%s` is no whole number, whatever JavaScript makes of it",
  (text) => {
    expect(evaluate("int(request.headers['x-n']) < 10", { headers: [["x-n", text]] }).value).toBe(1);
    expect(evaluate("uint(request.headers['x-n']) < 10u", { headers: [["x-n", text]] }).value).toBe(1);
  },
);

test.each(["", " ", "0x10", "1,5", "1e", ".", "1e999"])("B82: `%s` is no number", (text) => {
  expect(evaluate("double(request.headers['x-n']) < 10.0", { headers: [["x-n", text]] }).value).toBe(1);
});

test.each([
  ["int('+7') == 7 && int('-007') == -7 && int('9223372036854775807') > 0", T],
  ["uint('18446744073709551615') > 7u", T],
  ["double('-1.5e2') == -150.0 && double('.5') == 0.5 && double('-inf') < 0.0", T],
] as const)("numbers from text, as cel-go reads them: %s", (expression, expected) => {
  expect(evaluate(`${expression} && request.method == 'GET'`, {})).toEqual(expected);
});
