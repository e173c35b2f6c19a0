import * as fc from "fast-check";

/** Conditions of the few shapes that the interpreter knows. */
const ATOMS: readonly string[] = [
  "request.method == 'GET'",
  "request.path == '/admin'",
  "request.path.startsWith('/a')",
  "request.host == 'orders.shop'",
  "request.url_path == '/a/b'",
  "true",
  "false",
  "request.headers['x-role'] == 'admin'",
  "'x-role' in request.headers",
  "request.headers['x_role'] == 'admin'",
  "request.headerValues['x-role'].exists(v, v == 'admin')",
  "'x-tenant' in request.headers",
  "request.query['a'] == '1'",
  "'a' in request.query",
  "request.query['b'] == ''",
  "'b' in request.query",
  "request.cookies['lang'] == 'de'",
  "'session' in request.cookies",
  "'lang' in request.cookies",
  "request.body.contains('x')",
  "has(request.body)",
  "request.form['a'] == '1'",
  "'a' in request.form",
  "source.namespace == 'shop'",
  "source.trustDomain == 'cluster.local'",
  "source.serviceAccount == 'frontend'",
  "has(source.principal)",
  "has(source.namespace)",
  "source.address == '10.0.0.9'",
  "destination.port == 8080",
  "destination.namespace == 'shop'",
  "has(destination.namespace)",
  "auth.subject == 'ada'",
  "has(auth.subject)",
  "auth.method == 'users'",
  "auth.method == ''",
  "auth.kind == 'jwt'",
  "auth.kind == 'anonymous'",
  "auth.provider == 'shop/corp'",
  "has(auth.issuer)",
  "'read' in auth.scopes",
  "auth.claims.tenant == 'blue'",
  "has(auth.claims.tenant)",
  "'tenant' in auth.claims",
  "auth.claims.level > 6",
  "auth.claims.level == 7",
  "auth.claims.admin == true",
  "auth.claims.tenant == request.headers['x-tenant']",
];

const WRONG: readonly string[] = [
  "request.heders['x-role'] == 'admin'",
  "request.method",
  "request.method ==",
  "auth.subjct == 'ada'",
  "'a' in request.quer",
];

const atom = fc.constantFrom(...ATOMS);
const literal = fc.oneof({ arbitrary: atom, weight: 3 }, { arbitrary: atom.map((text) => `!(${text})`), weight: 1 });

export const condition: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: literal, weight: 4 },
  { arbitrary: fc.tuple(literal, fc.constantFrom("&&", "||"), literal).map((parts) => parts.join(" ")), weight: 4 },
  { arbitrary: fc.tuple(literal, literal, literal).map(([a, b, c]) => `${a} ? ${b} : ${c}`), weight: 1 },
  { arbitrary: fc.tuple(literal, literal, literal).map(([a, b, c]) => `!(${a} || ${b}) && ${c}`), weight: 1 },
);

export const wrongCondition: fc.Arbitrary<string> = fc.constantFrom(...WRONG);
