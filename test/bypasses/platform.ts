import type { Bypass } from "./bypass.ts";

const INJECTION = "the webhook that injects sidecars is not built yet";
const ADMISSION = "the webhook that checks policies is not built yet";

export const PLATFORM: readonly Bypass[] = [
  { id: "B93", what: "a pod that was injected already", applies: false, why: INJECTION },
  { id: "B94", what: "annotations with line breaks, YAML, templates or flags", applies: false, why: INJECTION },
  {
    id: "B95",
    what: "pods that evade the redirection: host network, the proxy's user, a container of our name",
    applies: false,
    why: INJECTION,
  },
  { id: "B96", what: "a namespace that cannot be read", applies: false, why: INJECTION },
  { id: "B97", what: "updates, ephemeral containers, pods without an owner", applies: false, why: INJECTION },
  {
    id: "B98",
    what: "a provider of another namespace",
    applies: true,
    attacks: [
      {
        what: "providerRef",
        world: "elsewhere",
        headers: [["authorization", "Bearer {token of-elsewhere}"]],
        wire: "unresolved_ref",
        envoy: "unresolved_ref",
      },
    ],
    note: "A reference has no field for a namespace.",
  },
  {
    id: "B99",
    what: "keys of another namespace, of other labels or of another type of Secret",
    applies: true,
    attacks: ["of-another-namespace", "of-other-labels", "in-an-opaque-secret"].map((name) => ({
      what: name,
      world: "keys",
      headers: [["x-api-key", `{key ${name}}`]],
      wire: "api_key_unknown",
      envoy: "api_key_unknown",
    })),
  },
  {
    id: "B100",
    what: "our own credentials shown to whom a policy names",
    applies: true,
    scenario: "a provider's server is asked without credentials, cookies or the process's own names",
    stoppedBy: "Sallyport",
  },
  {
    id: "B101",
    what: "administration without a password",
    applies: true,
    scenario: "the admin address answers health and metrics to GET alone, and listens on loopback unless told otherwise",
    stoppedBy: "Sallyport",
  },
  {
    id: "B102",
    what: "line breaks, quotes and names without end in logs and metrics",
    applies: true,
    scenario: "each line stays one JSON object, each label one of a bounded set",
    stoppedBy: "Sallyport",
  },
  { id: "B103", what: "calls while the webhook is down", applies: false, why: ADMISSION },
  {
    id: "B104",
    what: "calls that go round the sidecar: excluded ports, IPv6, UDP",
    applies: false,
    why: "the redirection of a pod's traffic is not built yet",
  },
  {
    id: "B105",
    what: "CONNECT, and what follows an upgrade",
    applies: true,
    attacks: [
      {
        what: "CONNECT",
        world: "paths",
        method: "CONNECT",
        path: "",
        wire: "path_not_absolute",
        envoy: { envoy: 404 },
        raw: "CONNECT orders.shop:80 HTTP/1.1\r\nhost: orders.shop:80\r\n\r\n",
      },
      {
        what: "a WebSocket on what is protected",
        world: "paths",
        path: "/admin",
        headers: [
          ["connection", "upgrade"],
          ["upgrade", "websocket"],
        ],
        wire: ["no_rule_matched", "denied_by_rule"],
        envoy: ["no_rule_matched", "denied_by_rule"],
        raw: "GET /admin HTTP/1.1\r\nhost: orders.shop\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n",
      },
    ],
    note: "The request that opens a WebSocket is decided; its messages are not read. Early data is not accepted: sidecars resume no sessions.",
  },
];
