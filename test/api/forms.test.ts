import { describe, expect, it } from "vitest";
import { FaultList } from "../../src/api/faults.ts";
import { text } from "../../src/api/fields.ts";
import type { Form } from "../../src/api/form.ts";
import * as http from "../../src/api/http-forms.ts";
import * as identity from "../../src/api/identity-forms.ts";
import * as names from "../../src/api/name-forms.ts";
import { pathPattern } from "../../src/api/path-form.ts";
import { readValue } from "../../src/api/read-value.ts";

interface FormCases {
  readonly form: Form;
  readonly right: readonly string[];
  /** What is refused, with the help that is given. */
  readonly wrong: readonly (readonly [text: string, help: string])[];
}

const NEAREST = "the nearest that can be written is";
const PATH_WORDS = "a segment is `{name}`, everything below is `{**}` at the end, a prefix ends in `*`";
const PRESENT = "list each one; `*` stands alone and means: present and not empty";

const FORMS: Readonly<Record<string, FormCases>> = {
  path: {
    form: pathPattern,
    right: [
      "/",
      "/a",
      "/a/",
      "/a/b.json",
      "/a%20b",
      "/ä",
      "/*",
      "/a*",
      "/a/*",
      "*.png",
      "*/health",
      "*",
      "/{id}",
      "/a/{id}/b",
      "/a/{order-id}/",
      "/{**}",
      "/admin/{**}",
      "/a/{id}/{**}",
      "/pkg.Service/Method",
      "/.well-known/x",
      "/%2A",
    ],
    wrong: [
      ["/a/**", "write `/a/{**}`"],
      ["/**", "write `/{**}`"],
      ["/a/*/b", "write `/a/{part2}/b`"],
      ["/a/b*/c", "write `/a/{part2}/c`"],
      ["/a/{*}/b", "write `/a/{part2}/b`"],
      ["/a/{order id}", `${NEAREST} \`/a/{orderid}\``],
      ["/a/{}", `${NEAREST} \`/a/{part2}\``],
      ["/a/{id}.json", `${NEAREST} \`/a/{id}\``],
      ["/a/{id}/*", `${NEAREST} \`/a/{id}/{**}\``],
      ["/{**}/b", `${NEAREST} \`/{part1}/b\``],
      ["/**/b", `${NEAREST} \`/{part1}/b\``],
      ["*a*", PATH_WORDS],
      ["api/v1", "write `/api/v1`"],
      ["pkg.Service/Method", "write `/pkg.Service/Method`"],
      ["https://api.example.com/v1", "write `/v1`"],
      ["https://api.example.com", "write `/`"],
      ["/a?b=c", "write `/a`"],
      ["/a#b", "write `/a`"],
      ["//a", "write `/a`"],
      ["/a//b/*/c", "write `/a/b/{part3}/c`"],
      ["/a\\b", "write `/a/b`"],
      ["/100%", "write `/100%25`"],
      ["/a\nb", `write \`/api/v1/orders\`; ${PATH_WORDS}`],
    ],
  },
  host: {
    form: http.host,
    right: [
      "api.example.com",
      "localhost",
      "*.example.com",
      "*",
      "192.0.2.1",
      "[2001:db8::1]",
      "my_service",
      "xn--bcher-kva.example",
    ],
    wrong: [
      ["api.example.com:8080", "write `api.example.com`"],
      ["https://api.example.com/x", "write `api.example.com`"],
      ["API.example.com", "write `api.example.com`"],
      ["api.example.com.", "write `api.example.com`"],
      ["user@api.example.com", "write `api.example.com`"],
      ["2001:db8::1", "write `[2001:db8::1]`"],
      ["[2001:db8::1]:443", "write `[2001:db8::1]`"],
      ["bücher.example", "write its `xn--` form"],
      ["api.*.com", "write `*.example.com`"],
      ["*example.com", "write `*.example.com`"],
      ["a..b", "write `api.example.com` or `*.example.com`"],
      ["-a.example", "write `api.example.com` or `*.example.com`"],
    ],
  },
  method: {
    form: http.method,
    right: ["GET", "PROPFIND"],
    wrong: [
      ["get", "write `GET`"],
      ["Post", "write `POST`"],
      ["*", "leave `methods` out"],
      ["M-SEARCH", "write `GET`, `POST`, …: upper-case letters only, since requests with any other are refused"],
    ],
  },
  "header name": {
    form: http.headerName,
    right: ["authorization", "x-api-key", "x_api_key"],
    wrong: [
      ["Authorization", "write `authorization`"],
      ["x-api-key:", "write `x-api-key`"],
      ["x api", "write it in lower case: `x-api-key`"],
    ],
  },
  "header to write": {
    form: http.writtenHeaderName,
    right: ["x-user"],
    wrong: [
      ["X_User", "write `x-user`"],
      ["-x", "write lower-case letters, digits and `-`: `x-user`"],
    ],
  },
  "header value": {
    form: http.headerValue,
    right: ["", "a", 'Bearer realm="a b"'],
    wrong: [
      ["a\r\nx: y", "leave out control characters, surrounding spaces and what is not ASCII"],
      [" a", "leave out control characters, surrounding spaces and what is not ASCII"],
    ],
  },
  prefix: {
    form: http.credentialPrefix,
    right: ["Bearer", "Token token="],
    wrong: [
      ["Bearer ", "write `Bearer`"],
      ["Ω", "write `Bearer`, without the space that follows an auth scheme"],
    ],
  },
  cookie: {
    form: http.cookieName,
    right: ["session", "__Host-id"],
    wrong: [["a=b", "write the name alone, `session` for instance"]],
  },
  "query parameter": {
    form: http.queryName,
    right: ["access_token", "filter[x]"],
    wrong: [
      ["a=b", "write the name alone and unescaped, `access_token` for instance"],
      ["a%20b", "write the name alone and unescaped, `access_token` for instance"],
    ],
  },
  issuer: {
    form: http.issuerUrl,
    right: ["https://id.example.com", "https://id.example.com/realms/x", "http://127.0.0.1:8080/", "https://[2001:db8::1]:8443"],
    wrong: [
      ["id.example.com", "write `https://id.example.com`"],
      ["https://id.example.com?x=y", "write `https://id.example.com`"],
      ["https://user:secret@id.example.com", "leave it out"],
      ["file:///etc/passwd", "write `https://id.example.com`, exactly as tokens carry it in `iss`"],
    ],
  },
  "key set URL": {
    form: http.httpUrl,
    right: ["https://id.example.com/keys?v=1"],
    wrong: [["id.example.com/keys", "write `https://id.example.com/keys`"]],
  },
  principal: {
    form: identity.principal,
    right: ["*", "spiffe://cluster.local/ns/shop/sa/frontend", "spiffe://td_1/a", "spiffe://td/a/.b/...", "spiffe://td/..a"],
    wrong: [
      ["cluster.local/ns/shop/sa/frontend", "write `spiffe://cluster.local/ns/shop/sa/frontend`"],
      ["spiffe://cluster.local", "use `trustDomains` for all of its workloads"],
      ["spiffe://Cluster.local/ns/a/sa/B", "write `spiffe://cluster.local/ns/a/sa/B`"],
      [
        "spiffe://cluster.local/ns/shop/*",
        "use `namespaces` or `trustDomains` for many; `*` stands alone and means: present and not empty",
      ],
      ["*/sa/frontend", PRESENT],
      ["spiffe://td/a/../b", "write `spiffe://cluster.local/ns/shop/sa/frontend`"],
      ["spiffe://td/a//b", "write `spiffe://cluster.local/ns/shop/sa/frontend`"],
      ["spiffe://td/a%2Fb", "write `spiffe://cluster.local/ns/shop/sa/frontend`"],
    ],
  },
  "service account": {
    form: identity.serviceAccount,
    right: ["*", "shop/frontend", "shop/front.end"],
    wrong: [
      ["frontend", "write `namespace/frontend`"],
      ["shop/*", "use `namespaces: [shop]` for all of a namespace"],
      ["*/frontend", PRESENT],
      ["spiffe://cluster.local/ns/shop/sa/frontend", "write `shop/frontend`"],
      ["system:serviceaccount:shop:frontend", "write `shop/frontend`"],
      ["shop/Frontend", "write `namespace/name`, `shop/frontend` for instance"],
    ],
  },
  namespace: { form: identity.namespace, right: ["*", "shop"], wrong: [["shop-*", PRESENT]] },
  "trust domain": {
    form: identity.trustDomain,
    right: ["*", "cluster.local"],
    wrong: [
      ["spiffe://Cluster.local", "write `cluster.local`"],
      ["Cluster.local", "write `cluster.local`"],
      ["*.local", PRESENT],
    ],
  },
  scope: {
    form: identity.scope,
    right: ["*", "orders.read", "https://example.com/a"],
    wrong: [
      ["orders.read orders.write", "write each scope as its own item: [orders.read, orders.write]"],
      ['a"b', "write one scope, `orders.read` for instance"],
    ],
  },
  claim: {
    form: identity.claimName,
    right: ["sub", "https://example.com/roles", "a.b", "/realm_access/roles", "/a~1b", "__proto__"],
    wrong: [["/a~b", "write `tenant`, or `/realm_access/roles` for a claim inside another; in a pointer `~` is written `~0`"]],
  },
  "address block": {
    form: identity.ipBlock,
    right: ["10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0", "::ffff:10.0.0.1"],
    wrong: [
      ["010.0.0.1", "write `10.0.0.1`"],
      ["10.0.0.1:80", "write `10.0.0.1`"],
      ["10.0.0.1-10.0.0.9", "write `10.0.0.0/8`"],
      ["10.0.0.0/33", "write `10.0.0.0/8`, `2001:db8::/32` or one address"],
      ["fe80::1%eth0", "write `10.0.0.0/8`, `2001:db8::/32` or one address"],
      ["10.0.0", "write `10.0.0.0/8`, `2001:db8::/32` or one address"],
    ],
  },
  label: {
    form: names.dnsLabel,
    right: ["orders", "a-1"],
    wrong: [
      ["Orders_V2", "write `orders-v2`"],
      ["-", "write a name like `orders-v2`"],
    ],
  },
  "label key": {
    form: names.labelKey,
    right: ["app", "app.kubernetes.io/name", "App_1"],
    wrong: [["a b", "write a key like `app` or `app.kubernetes.io/name`"]],
  },
};

function faultsOf(form: Form, value: string): FaultList {
  const faults = new FaultList();
  readValue(text("A text.", { maxLength: 8192, minLength: 0, form }), value, "", faults);
  return faults;
}

describe.each(Object.entries(FORMS))("%s", (_, { form, right, wrong }) => {
  it.each(right)("accepts %j", (value) => {
    expect(faultsOf(form, value).items).toEqual([]);
  });

  it.each(wrong)("refuses %j and says %j", (value, help) => {
    const { items } = faultsOf(form, value);
    expect(items.map((item) => ({ code: item.code, help: item.help }))).toEqual([{ code: form.code, help }]);
    expect(items[0]?.message).toMatch(/^[^A-Z].*[^.]$/u);
  });

  it("recommends only what it accepts itself", () => {
    const recommended = wrong.flatMap(([, help]) => {
      const exact = /^(?:write|the nearest that can be written is) `([^`]+)`$/u.exec(help)?.[1];
      return exact === undefined || exact.startsWith("namespace/") ? [] : [exact];
    });
    expect(recommended.filter((value) => faultsOf(form, value).count > 0)).toEqual([]);
  });

  it("reads hostile texts in linear time", () => {
    const hostile = ["a", "/a", "a.", "*", "{a}", "%20", "0:", "1.", "-", "~0"].map(
      (part) => `${part.repeat(8000 / part.length)}!\u0000`,
    );
    const started = performance.now();
    for (const value of hostile) expect(faultsOf(form, value).count).toBeLessThanOrEqual(1);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
