import type { Attack, Bypass, Caller, Outcomes } from "./bypass.ts";

const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];
const CLOSED: Outcomes = { envoy: 0 };
const FRONT_END = "spiffe://cluster.local/ns/shop/sa/front.end";

const as = (what: string, caller: Caller, envoy?: Outcomes, world: Attack["world"] = "accounts"): Attack => ({
  what,
  world,
  caller,
  wire: SEEN,
  ...(envoy !== undefined && { envoy }),
});

const named = (principal: string, envoy?: Outcomes, world: Attack["world"] = "accounts"): Attack =>
  as(principal.length > 80 ? `${principal.slice(0, 60)}…` : principal, { principal }, envoy, world);

const from = (source: string, more: Partial<Attack> = {}): Attack => ({
  what: source === "" ? "no address" : source,
  world: "addresses",
  source,
  wire: SEEN,
  ...more,
});

export const CALLERS: readonly Bypass[] = [
  {
    id: "B47",
    what: "a caller without an identity, where only some are kept out",
    applies: true,
    attacks: [
      as("notNamespaces", "nobody", SEEN, "namespaces"),
      as("notPrincipals", "nobody", SEEN, "principals"),
      as("notServiceAccounts", "nobody", SEEN),
      named("spiffe://cluster.local/ns/evil/sa/x", SEEN, "namespaces"),
      named("spiffe://cluster.local/ns/evil/sa/x", SEEN, "principals"),
    ],
  },
  {
    id: "B48",
    what: "signs of patterns in the names of accounts",
    applies: true,
    attacks: [
      named("spiffe://cluster.local/ns/shop/sa/frontXend", SEEN),
      named("spiffe://cluster.local/ns/shop/sa/front-end", SEEN),
      named("spiffe://cluster.local/ns/shop/sa/front.end.x", SEEN),
      named("spiffe://cluster.local/ns/shop/sa/x-front.end", SEEN),
      named("spiffe://cluster.local/ns/other/sa/front.end", SEEN),
      named("spiffe://cluster.local/ns/shop/sa/.*"),
    ],
  },
  {
    id: "B49",
    what: "trust domains that resemble ours",
    applies: true,
    attacks: [
      named("spiffe://cluster.local.evil/ns/shop/sa/front.end", CLOSED),
      named("spiffe://evil.cluster.local/ns/shop/sa/front.end", CLOSED),
      named("spiffe://cluster-local/ns/shop/sa/front.end", CLOSED),
      named("spiffe://CLUSTER.LOCAL/ns/shop/sa/front.end"),
      named("spiffe://cluster.local.evil/ns/shop/sa/front.end", CLOSED, "namespaces"),
    ],
  },
  {
    id: "B50",
    what: "SPIFFE IDs with more, less or other than a namespace and an account",
    applies: true,
    attacks: [
      named(`${FRONT_END}/extra`, SEEN),
      named("spiffe://cluster.local/ns/shop/sa", SEEN),
      named("spiffe://cluster.local/ns/shop", SEEN),
      named("spiffe://cluster.local/sa/front.end/ns/shop", SEEN),
      named("spiffe://cluster.local/ns/evil/../shop/sa/front.end"),
      named("spiffe://cluster.local/ns/shop/sa/front%2Eend"),
      named("spiffe://cluster.local//ns/shop/sa/front.end"),
      named(`${FRONT_END}/`),
      named(`${FRONT_END}?x=y`),
      named(`${FRONT_END}#x`),
      named("spiffe://cluster.local:443/ns/shop/sa/front.end"),
      named("spiffe://user@cluster.local/ns/shop/sa/front.end"),
      named("SPIFFE://cluster.local/ns/shop/sa/front.end"),
      named("https://cluster.local/ns/shop/sa/front.end"),
      named(`spiffe://cluster.local/ns/shop/sa/front.end${"x".repeat(4096)}`),
    ],
  },
  {
    id: "B51",
    what: "a NUL in the certificate's name",
    applies: true,
    attacks: [named(`${FRONT_END}\0.evil`), as("in a certificate", { uris: [`${FRONT_END}\0.evil`] }, "header_invalid")],
  },
  {
    id: "B52",
    what: "several names in one certificate",
    applies: true,
    attacks: [
      as("the right one first", { uris: [FRONT_END, "spiffe://cluster.local/ns/shop/sa/other"] }),
      as("the right one last", { uris: ["spiffe://cluster.local/ns/shop/sa/other", FRONT_END] }),
      as("none", { uris: [] }, CLOSED),
      as("one that is no SPIFFE ID", { uris: ["https://cluster.local/ns/shop/sa/front.end"] }, CLOSED),
    ],
    note: "An SVID has exactly one URI, which the issuer sees to. Where a forwarded certificate is read (`sallyport.peer: certificate`), one with several names is no identity.",
  },
  {
    id: "B53",
    what: "certificates before and after their time",
    applies: true,
    attacks: [
      as("expired", { uris: [FRONT_END], valid: "past" }, CLOSED),
      as("not valid yet", { uris: [FRONT_END], valid: "future" }, CLOSED),
      { what: "for servers alone", world: "accounts", caller: { uris: [FRONT_END], usage: "server" }, envoy: CLOSED },
    ],
    note: "What a certificate may be used for is checked by Envoy with its chain; a forwarded certificate was checked by the listener that forwards it.",
  },
  {
    id: "B54",
    what: "`x-forwarded-client-cert` with several elements and quoted values",
    applies: true,
    attacks: [
      as("the right one first", { xfcc: `URI=${FRONT_END},URI=spiffe://cluster.local/ns/shop/sa/other` }),
      as("two URIs in one element", { xfcc: `URI=spiffe://cluster.local/ns/shop/sa/other;URI=${FRONT_END}` }),
      as("hidden in a quoted subject", { xfcc: `Subject="CN=a,URI=${FRONT_END}"` }),
      as("behind an escaped quote", { xfcc: `Subject="a\\";URI=${FRONT_END}` }),
      as("By in place of URI", { xfcc: `By=${FRONT_END}` }),
      as("not well formed", { xfcc: `URI=${FRONT_END};;=` }),
    ],
  },
  {
    id: "B55",
    what: "addresses that are claimed, mapped or misspelt",
    applies: true,
    attacks: [
      from("192.0.2.7", { headers: [["x-forwarded-for", "10.1.1.1"]], what: "x-forwarded-for of the right one", envoy: SEEN }),
      from("192.0.2.7", {
        headers: [
          ["x-real-ip", "10.1.1.1"],
          ["x-envoy-external-address", "10.1.1.1"],
        ],
        what: "other headers of the right one",
        envoy: SEEN,
      }),
      from("::ffff:192.0.2.7"),
      from("::ffff:c000:207"),
      from("010.0.0.1"),
      from("0x0a.0.0.1"),
      from("167772161"),
      from("10.0.0.1%eth0"),
      from("fe80::1%eth0"),
      from(""),
    ],
  },
];
