import { describe, expect, test } from "vitest";
import { parseRequestFile } from "../../src/cli/request-file.ts";
import type { Request } from "../../src/policy/model/request.ts";

const parse = (text: string): ReturnType<typeof parseRequestFile> =>
  parseRequestFile("call.yaml", text, { trustDomain: "cluster.local" });

/** The request with its headers as a plain list, for comparing. */
function read(text: string): unknown {
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const { headers, ...request } = parsed.request;
  return { ...request, headers: headers.names().map((name) => [name, ...headers.values(name)]) };
}

function faults(text: string): unknown {
  const parsed = parse(text);
  return parsed.ok
    ? []
    : parsed.diagnostics.map(({ source, code, message, help }) => [`${source?.line}:${source?.column}`, code, message, help]);
}

const nobody: Request["source"] = { address: "", port: 0, principal: "", certificate: "" };

describe("the request that is explained", () => {
  test("says who calls, what is called, and the call", () => {
    const text = `
source:
  principal: spiffe://corp/ns/shop/sa/frontend
  address: 10.0.0.7
  port: 4711
destination:
  namespace: shop
  serviceAccount: orders
  pod: orders-1
  labels: { version: 2, app: orders }
  address: 10.0.0.8
  port: 8080
request:
  method: POST
  path: /api/v1/orders?page=2
  host: orders.shop
  scheme: https
  protocol: HTTP/2
  time: 2026-01-31T12:00:00Z
  headers:
    X-Tenant: 007
    x-trace: [a, b]
    x-tenant: blue
    x_old: "yes"
  body: '{"id": 1}'
extensions:
  sallyport.peer: xfcc
`;
    expect(read(text)).toEqual({
      method: "POST",
      path: "/api/v1/orders?page=2",
      host: "orders.shop",
      scheme: "https",
      protocol: "HTTP/2",
      time: Date.UTC(2026, 0, 31, 12),
      headers: [
        ["x-tenant", "007", "blue"],
        ["x-trace", "a", "b"],
        ["x_old", "yes"],
      ],
      body: { bytes: new TextEncoder().encode('{"id": 1}'), truncated: false },
      source: { address: "10.0.0.7", port: 4711, principal: "spiffe://corp/ns/shop/sa/frontend", certificate: "" },
      destination: { address: "10.0.0.8", port: 8080, principal: "", certificate: "" },
      labels: new Map([
        ["version", "2"],
        ["app", "orders"],
      ]),
      labelsKey: '[["app","orders"],["version","2"]]',
      extensions: new Map([
        ["sallyport.peer", "xfcc"],
        ["sallyport.namespace", "shop"],
        ["sallyport.serviceAccount", "orders"],
        ["sallyport.pod", "orders-1"],
      ]),
    });
    const parsed = parse(text);
    expect(parsed.ok && parsed.request.headers.namesWithUnderscore()).toEqual(["x_old"]);
  });

  test("may be JSON, and as short as a route's target and a path", () => {
    expect(read('{"target": "Service/shop/orders", "request": {"path": "/"}}')).toEqual({
      method: "GET",
      path: "/",
      host: "localhost",
      scheme: "http",
      protocol: "HTTP/1.1",
      time: 0,
      headers: [],
      source: nobody,
      destination: nobody,
      labels: new Map(),
      labelsKey: "[]",
      extensions: new Map([
        ["sallyport.peer", "principal"],
        ["sallyport.target", "Service/shop/orders"],
      ]),
    });
  });

  test("names the calling account in short, within the local trust domain", () => {
    expect(read("source: { serviceAccount: shop/frontend }\nrequest: { path: /, host: a }")).toMatchObject({
      source: { ...nobody, principal: "spiffe://cluster.local/ns/shop/sa/frontend" },
    });
  });

  test("may show a certificate, which Envoy forwards URL-encoded", () => {
    expect(read('source: { certificate: "-----BEGIN +/=" }\nrequest: { path: /, host: a }')).toMatchObject({
      source: { ...nobody, certificate: "-----BEGIN%20%2B%2F%3D" },
      extensions: new Map([["sallyport.peer", "certificate"]]),
    });
  });

  test("passes on what is not acceptable in a call, for that is to be explained", () => {
    expect(read('request: { method: get, path: "//x", host: "A:80." }')).toMatchObject({
      method: "get",
      path: "//x",
      host: "A:80.",
    });
  });

  test("is refused with every fault and its place", () => {
    const text = `source: { serviceAcount: shop/frontend, principal: foo, port: 99999, address: 10.0.0.7:80 }
destination: { serviceAccount: orders }
target: Service/orders
request:
  metod: GET
  headers: { "b d": x, Host: y, :path: /z, x-a: { b: c } }
  time: yesterday
`;
    expect(faults(text)).toEqual([
      ["1:11", "UnknownField", "`source` has no field `serviceAcount`", "did you mean `serviceAccount`?"],
      [
        "1:41",
        "InvalidPrincipal",
        "`foo` is not a SPIFFE ID",
        "write `spiffe://cluster.local/ns/NAMESPACE/sa/ACCOUNT`, or use `serviceAccount: NAMESPACE/ACCOUNT`",
      ],
      ["1:70", "InvalidAddress", "`10.0.0.7:80` is not an IP address", "write it without a port: `10.0.0.7`, `fd00::7`"],
      ["1:57", "InvalidPort", "`99999` is not a port", "write a number from 1 to 65535"],
      ["2:16", "MissingField", "`destination` describes a workload without its `namespace`", "add `namespace: NAME`"],
      ["3:1", "InvalidTarget", "`Service/orders` is not `Kind/namespace/name`", "write `target: Service/shop/orders`"],
      ["5:3", "UnknownField", "`request` has no field `metod`", "did you mean `method`?"],
      ["4:1", "MissingField", "`request` has no `path`", "write `path: /api/v1/orders?page=2`"],
      ["6:14", "InvalidHeader", "`b d` is not a header name", "use letters, digits and `-`"],
      ["6:24", "InvalidHeader", "`Host` does not stand among the headers", "write `method`, `path` and `host` under `request`"],
      ["6:33", "InvalidHeader", "`:path` does not stand among the headers", "write `method`, `path` and `host` under `request`"],
      ["6:44", "InvalidType", "`request.headers.x-a` is not a text", "write one value, in quotes where it is empty"],
      ["7:3", "InvalidTime", "`yesterday` is not a time", "write RFC 3339: `2026-01-31T12:00:00Z`"],
    ]);
  });

  for (const [what, text, ...expected] of [
    ["no YAML", "request: [", ["1:11", "InvalidYaml"]],
    ["a list", "- a", ["1:1", "InvalidType"], ["1:1", "MissingField"]],
    ["nothing", "", ["1:1", "InvalidType"], ["1:1", "MissingField"]],
    ["a name twice", "request: { path: /, host: a }\nrequest: {}", ["2:1", "InvalidYaml"]],
    ["no host and no target", "request: { path: / }", ["1:1", "MissingField"]],
    ["two targets", "target: Service/a/b\ndestination: { namespace: a }\nrequest: { path: / }", ["1:1", "Contradiction"]],
    [
      "two principals",
      "source: { principal: 'spiffe://a/b', serviceAccount: a/b }\nrequest: { path: /, host: a }",
      ["1:38", "Contradiction"],
    ],
    [
      "an account without a namespace",
      "source: { serviceAccount: b }\nrequest: { path: /, host: a }",
      ["1:11", "InvalidServiceAccount"],
    ],
    ["a value that is missing", "request: { path: , host: a }", ["1:12", "InvalidType"]],
    ["a hostile name", "__proto__: 1\nrequest: { path: /, host: a }", ["1:1", "UnknownField"]],
  ] as const) {
    test(`is refused where it is ${what}`, () => {
      const parsed = parse(text);
      expect(parsed.ok ? [] : parsed.diagnostics.map(({ source, code }) => [`${source?.line}:${source?.column}`, code])).toEqual(
        expected,
      );
    });
  }
});
