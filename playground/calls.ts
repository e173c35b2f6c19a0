import type { PlaygroundPorts } from "./ports.ts";

/** A call to try, with the answer that the example policies give. */
export interface PlaygroundCall {
  readonly title: string;
  /** A line for the shell. */
  readonly command: string;
  readonly status: number;
  /** The decision's reason, as the data plane logs it. */
  readonly reason: string;
  /** Texts that the answer contains. */
  readonly shows: readonly string[];
}

export interface TokenFiles {
  /** Holds a token of alice with the scope `orders.read`. */
  readonly reader: string;
  /** Holds a token of bob without it. */
  readonly stranger: string;
}

export const API_KEY = "demo-key-of-acme-not-a-secret";

/** The calls that the playground prints and `--check` runs. */
export function playgroundCalls(ports: PlaygroundPorts, tokens: TokenFiles): readonly PlaygroundCall[] {
  const asFrontend = `http://127.0.0.1:${ports.outbound}`;
  const orders = `http://127.0.0.1:${ports.orders}`;
  const bearer = (file: string): string => `-H "authorization: Bearer $(cat ${file})"`;
  return [
    {
      title: "allowed by workload identity: frontend's sidecar shows its certificate to orders",
      command: `curl -i ${asFrontend}/api/v1/orders/42`,
      status: 200,
      reason: "allowed",
      shows: ['"caller": "spiffe://cluster.local/ns/shop/sa/frontend"'],
    },
    {
      title: "allowed by a JWT with the scope orders.read: the service sees x-user, not the token",
      command: `curl -i ${bearer(tokens.reader)} ${orders}/api/v1/orders/42`,
      status: 200,
      reason: "allowed",
      shows: ['"caller": "(no certificate)"', '"user": "alice"'],
    },
    {
      title: "allowed by an API key",
      command: `curl -i -H "x-api-key: ${API_KEY}" ${orders}/api/v1/orders`,
      status: 200,
      reason: "allowed",
      shows: ['"caller": "(no certificate)"'],
    },
    {
      title: "denied, a Deny rule beats every Allow",
      command: `curl -i ${asFrontend}/api/v1/orders/internal/export`,
      status: 403,
      reason: "denied_by_rule",
      shows: [],
    },
    {
      title: "denied, the token lacks the scope",
      command: `curl -i ${bearer(tokens.stranger)} ${orders}/api/v1/orders/42`,
      status: 403,
      reason: "no_rule_matched",
      shows: [],
    },
    {
      title: "no credential at all",
      command: `curl -i ${orders}/api/v1/orders/42`,
      status: 401,
      reason: "unauthenticated",
      shows: [],
    },
    {
      title: "the whole way: you, frontend's sidecar, frontend, its sidecar again, orders' sidecar, orders",
      command: `curl -i http://127.0.0.1:${ports.frontend}/`,
      status: 200,
      reason: "allowed",
      shows: ['"service": "frontend"', '"service": "orders"'],
    },
  ];
}
