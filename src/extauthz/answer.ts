import type { ClaimValue } from "../policy/model/identity.ts";

/** Becomes Envoy's dynamic metadata of the `envoy.filters.http.ext_authz` namespace. Values are JSON; see `encodeStruct` for what cannot be carried. */
export type AnswerMetadata = { readonly [name: string]: ClaimValue };

export type HeaderPair = readonly [name: string, value: string];

interface AnswerBase {
  /** Visible ASCII. Added to the metadata as `decision_id`; empty for none. */
  readonly decisionId: string;
  readonly metadata: AnswerMetadata;
}

/** The request goes on, changed as told. */
export interface AllowAnswer extends AnswerBase {
  readonly verdict: "allow";
  /** Written over what the caller sent. A value that cannot be a header's (not visible ASCII) makes it a removal. */
  readonly setHeaders: readonly HeaderPair[];
  readonly removeHeaders: readonly string[];
  readonly removeQueryParameters: readonly string[];
}

/** The caller gets this answer and the service never sees the request. */
export interface DenyAnswer extends AnswerBase {
  readonly verdict: "deny";
  /** 300 to 599; anything else is sent as 403. */
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly body: string;
}

export type CheckAnswer = AllowAnswer | DenyAnswer;
