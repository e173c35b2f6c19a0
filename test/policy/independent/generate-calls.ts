import * as fc from "fast-check";
import { someHeaders } from "./generate-headers.ts";
import { path, query } from "./generate-paths.ts";
import { often } from "./often.ts";
import { NAMES } from "./palette.ts";
import type { Call } from "./world.ts";

const peer = often(
  ["shop/frontend", "shop/frontend", "shop/frontend", "pay/cart", "evil/x", ""],
  [
    ...NAMES.peers,
    "spiffe://cluster.local",
    "spiffe://Cluster.Local/ns/shop/sa/frontend",
    "spiffe://cluster.local/ns/shop/../sa/frontend",
    "spiffe://cluster.local/ns/shop/sa/frontend/",
    "spiffe://cluster.local/ns/shop/sa/front%65nd",
    "spiffe://cluster.local/ns/shop/sa/a/b",
  ],
);

/** Where a call goes: mostly to a workload. */
const place: fc.Arbitrary<Pick<Call, "workload" | "labels" | "host" | "extensions">> = fc
  .record({
    workload: often(["shop/orders"], ["pay/orders", "pay/orders", "nowhere/x"], 9),
    labels: fc.constantFrom<Record<string, string>>(
      { app: "orders" },
      { app: "orders" },
      { app: "orders", track: "canary" },
      { app: "orders", tier: "web" },
      { tier: "web" },
      {},
    ),
    host: often(
      ["orders.shop", "api.example.com", "a.b.example.com", "nobody.example"],
      [
        "Orders.SHOP.:8443",
        "orders.shop:443",
        "[2001:DB8:0::1]:80",
        "10.0.0.1",
        "shop",
        ".shop",
        "a.shop",
        "a_b.shop",
        "a@shop",
        "a,b",
        "",
        "0x7f.1",
        "010.0.0.1",
        "10.0.1",
        "a..b",
        "-a.shop",
        "orders.shop:99999",
        "orders.shop:",
        "[::1",
        "orders.shop..",
        "é",
      ],
      12,
    ),
    route: fc.constantFrom(
      "Service/shop/orders",
      "Service/shop/canary",
      "Service/shop/external",
      "Service/shop/absent",
      "HTTPRoute/shop/orders",
    ),
    which: often(["workload"], ["route", "route", "host", "host", "host", "odd"], 3),
    odd: fc.constantFrom<Record<string, string>>(
      { "sallyport.target": "orders" },
      { "sallyport.target": "Service/shop/" },
      { "sallyport.namespace": "" },
      { "sallyport.target": "" },
      { "sallyport.target": "Service/shop/a/b" },
      { "sallyport.target": "Service/shop/a", "sallyport.namespace": "shop" },
    ),
  })
  .map(({ which, route, odd, ...where }) => {
    if (which === "workload") return where;
    const extensions: Record<string, string> = which === "route" ? { "sallyport.target": route } : which === "odd" ? odd : {};
    return { ...where, workload: "", extensions };
  });

export const call: fc.Arbitrary<Call> = fc.noBias(
  fc
    .record({
      place,
      method: often(["GET", "GET", "GET", "POST", "HEAD", "DELETE"], ["get", "", "M-SEARCH", "TRACE"], 20),
      path,
      query,
      headers: someHeaders,
      peer,
      verified: often<string | undefined>(["principal"], ["xfcc", "", undefined, "certificate"], 8),
      source: often(["10.0.0.9"], ["192.0.2.1", "::ffff:10.0.0.9", "", "010.0.0.1", "2001:db8::7", "fe80::1%eth0", "@"], 3),
      port: fc.constantFrom(8080, 8080, 8443, 6060, 0),
      body: fc.constantFrom(
        undefined,
        undefined,
        { text: "a=1&x=2" },
        { text: "a=1&a=2;x", truncated: true },
        { text: "a=%31;c=d" },
      ),
    })
    .map(({ place: { extensions, ...where }, path: before, query: after, verified, body, ...rest }) => ({
      ...where,
      ...rest,
      path: `${before}${after}`,
      extensions: { ...extensions, ...(verified === undefined ? {} : { "sallyport.peer": verified }) },
      ...(body === undefined ? {} : { body }),
    })),
);
