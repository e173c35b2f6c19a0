import { REASONS, type Reason } from "../../../src/policy/model/reason.ts";
import { locationsOf } from "./credentials.ts";
import type { Policy } from "./policy.ts";

export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** "The answer to the caller" of the page, for a denial. */
export function answerOf(reason: string, decider: Policy | undefined, policies: readonly Policy[]): Answer {
  const { class: kind, status } = REASONS[reason as Reason];
  const { response } = (decider ?? policies[0])?.body ?? {};
  const shape = kind === "unauthenticated" || kind === "unauthorized" ? response?.[kind] : undefined;
  const headers = [`x-sallyport-reason: ${reason}`, ...(shape?.headers ?? []).map(({ name, value }) => `${name}: ${value}`)];
  if (shape?.body === undefined) headers.push("content-type: application/json");
  if (kind === "unauthenticated" && readsAuthorization(policies)) {
    headers.push(reason === "unauthenticated" ? "www-authenticate: Bearer" : 'www-authenticate: Bearer error="invalid_token"');
  }
  return { status: shape?.status ?? status, headers: headers.toSorted(), body: shape?.body ?? "" };
}

function readsAuthorization(policies: readonly Policy[]): boolean {
  return locationsOf(policies).some(
    ({ in: place, name, readers }) =>
      place === "header" && name === "authorization" && readers.some(({ method }) => method.jwt !== undefined),
  );
}
