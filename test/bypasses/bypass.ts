import type { Reason } from "../../src/policy/model/reason.ts";
import type { WorldName } from "./worlds.ts";

/** The two ways to write one wish: Allow rules that do not cover what is protected, and an Allow for everything with a Deny on it. */
export const FORMS = ["allow", "deny"] as const;
export type Form = (typeof FORMS)[number];

/**
 * What becomes of an attack: the reason why it is refused; the headers that the service does not get to see although the call goes on; or,
 * of a call through Envoy, the status with which Envoy answers by itself (0: it closes the connection).
 */
export type Outcome = Reason | { readonly removed: readonly string[] } | { readonly envoy: number };

/** The same in both forms, or one for the Allow list and one for the Deny. */
export type Outcomes = Outcome | readonly [allow: Outcome, deny: Outcome];

/** How the calling workload shows who it is. */
export type Caller =
  | "nobody"
  /** A SPIFFE ID that the listener verified. */
  | { readonly principal: string }
  /** The URI SANs of the certificate that Envoy forwards, and when it is valid. */
  | { readonly uris: readonly string[]; readonly valid?: "past" | "future"; readonly usage?: "server" }
  /** What `x-forwarded-client-cert` holds where the listener is configured to be believed. */
  | { readonly xfcc: string };

export interface Attack {
  readonly what: string;
  readonly world: WorldName;
  /** `GET` unless given. */
  readonly method?: string;
  /** `/` unless given. `{form}` is the form under test, here and in the host. */
  readonly path?: string;
  /** `orders.shop` unless given. */
  readonly host?: string;
  /** Values may hold `{token NAME}`, `{key NAME}` and `{cookie NAME}`; a character above U+00FF is sent as UTF-8, another as one byte. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** Envoy cut the body off. */
  readonly truncated?: true;
  /** The workload `shop/frontend` unless given. */
  readonly caller?: Caller;
  /** The address that connected; `10.0.0.9` unless given. */
  readonly source?: string;
  /** Headers arrive in `headers`, joined by commas, as Envoy sends them without `encode_raw_headers`. */
  readonly joined?: true;
  /** By a CheckRequest. Absent for what no CheckRequest can say. */
  readonly wire?: Outcomes;
  /** Through a real Envoy, rendered as a sidecar. Absent where the attack cannot be sent over HTTP or needs another listener. */
  readonly envoy?: Outcomes;
  /** HTTP/1 bytes that are sent to Envoy in place of the above. */
  readonly raw?: string;
  /** Calls Envoy over HTTP/2. */
  readonly http2?: true;
}

export type Bypass = { readonly id: string; readonly what: string } & (
  | { readonly applies: true; readonly attacks: readonly Attack[]; readonly note?: string }
  /** A course of events, played by the test of the same id. */
  | { readonly applies: true; readonly scenario: string; readonly stoppedBy: string }
  | { readonly applies: false; readonly why: string }
);

export function outcomeOf(outcomes: Outcomes, form: Form): Outcome {
  return Array.isArray(outcomes) ? (outcomes as readonly [Outcome, Outcome])[form === "allow" ? 0 : 1] : (outcomes as Outcome);
}
