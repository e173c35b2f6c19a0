import type { Attack, Bypass, Outcomes } from "./bypass.ts";

const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];

const on = (host: string, wire: Outcomes, envoy?: Outcomes, more: Partial<Attack> = {}): Attack => ({
  what: host === "" ? "an empty host" : host,
  world: "hosts",
  host,
  wire,
  ...(envoy !== undefined && { envoy }),
  ...more,
});

const atGateway = (host: string): Attack => ({ what: host, world: "gateway", host, wire: SEEN });

export const HOSTS: readonly Bypass[] = [
  {
    id: "B26",
    what: "capital letters",
    applies: true,
    attacks: [on("ADMIN.Shop.Example", SEEN, SEEN), on("X.INTERNAL.example", SEEN, SEEN), atGateway("ADMIN.{form}.EXAMPLE")],
  },
  {
    id: "B27",
    what: "a port",
    applies: true,
    attacks: [
      on("admin.shop.example:8443", SEEN, SEEN),
      on("admin.shop.example:", "host_invalid", "host_invalid"),
      on("admin.shop.example:80:80", "host_invalid", "host_invalid"),
      atGateway("admin.{form}.example:443"),
    ],
  },
  {
    id: "B28",
    what: "a trailing dot",
    applies: true,
    attacks: [
      on("admin.shop.example.", SEEN, SEEN),
      on("admin.shop.example.:80", SEEN, SEEN),
      on("admin.shop.example..", "host_invalid", "host_invalid"),
      atGateway("admin.{form}.example."),
    ],
  },
  {
    id: "B29",
    what: "white space",
    applies: true,
    attacks: [
      on(" admin.shop.example", "host_invalid", SEEN),
      on("admin.shop.example\t", "host_invalid", SEEN),
      on("admin.shop .example", "host_invalid", { envoy: 400 }),
    ],
  },
  {
    id: "B30",
    what: "two hosts",
    applies: true,
    attacks: [
      on("api.shop.example,admin.shop.example", "host_invalid", "host_invalid"),
      {
        what: "two Host headers",
        world: "hosts",
        host: "api.shop.example",
        headers: [["host", "admin.shop.example"]],
        envoy: "host_invalid",
      },
      {
        what: "Host beside :authority",
        world: "hosts",
        host: "admin.shop.example",
        headers: [["host", "api.shop.example"]],
        http2: true,
        envoy: SEEN,
      },
    ],
  },
  {
    id: "B31",
    what: "a user before the host",
    applies: true,
    attacks: [
      on("api.shop.example@admin.shop.example", "host_invalid", "host_invalid"),
      on("a:b@admin.shop.example", "host_invalid", "host_invalid"),
    ],
  },
  {
    id: "B32",
    what: "addresses for names",
    applies: true,
    attacks: [
      on("[2001:DB8:0::1]:443", SEEN, SEEN),
      on("[::1", "host_invalid", "host_invalid"),
      on("[fe80::1%25eth0]", "host_invalid", "host_invalid"),
      on("0x7f.1", "host_invalid", "host_invalid"),
      on("127.1", "host_invalid", "host_invalid"),
    ],
  },
  {
    id: "B33",
    what: "a host that is not ASCII",
    applies: true,
    attacks: [
      on("ａdmin.shop.example", "host_invalid", { envoy: 400 }),
      on("admin。shop.example", "host_invalid", { envoy: 400 }),
      on("%61dmin.shop.example", "host_invalid", "host_invalid"),
    ],
  },
  {
    id: "B34",
    what: "a wide pattern that is looser than the narrow one beside it",
    applies: true,
    attacks: [atGateway("admin.{form}.example"), atGateway("Admin.{form}.Example.:8443")],
  },
];
