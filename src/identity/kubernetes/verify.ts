import { hash } from "node:crypto";
import type { JwtMethod, KubernetesTokenMethod, Verification } from "../../policy/model/authentication.ts";
import type { ClaimValue, Identity } from "../../policy/model/identity.ts";
import type { Reason } from "../../policy/model/reason.ts";
import type { Answer, AskOnce } from "../answers/ask-once.ts";
import type { Clock } from "../clock.ts";
import type { JwtVerifier } from "../jwt/verify.ts";
import type { TokenReviewer } from "./token-reviewer.ts";

export interface KubernetesTokenDeps {
  readonly clock: Pick<Clock, "now">;
  readonly jwt: Pick<JwtVerifier, "verifyJwt">;
  readonly askOnce: AskOnce;
  /** Absent where there is no cluster. */
  readonly reviewer: TokenReviewer | undefined;
}

export type KubernetesTokenVerifier = (method: KubernetesTokenMethod, token: string) => Verification | Promise<Verification>;

type Failure = Extract<Verification, { ok: false }>;

/** Seconds for which a review is believed: the time that a token outlives its pod by, at most. The API server's own cache has the same. */
const REVIEW_LIFE = 10;
const LANE = "TokenReview";

const fail = (reason: Reason, detail: string): Failure => ({ ok: false, reason, detail });

/**
 * Verifies tokens of ServiceAccounts: as a JWT of the cluster's issuer, which takes no network, and then, where the method says so, by asking the
 * API server, which alone knows whether the pod and the account that the token is bound to still exist. A forged token is never asked about.
 */
export function createKubernetesTokenVerifier(deps: KubernetesTokenDeps): KubernetesTokenVerifier {
  const { clock, jwt, askOnce, reviewer } = deps;
  const jwtMethods = new WeakMap<KubernetesTokenMethod, JwtMethod>();
  const accounts = new WeakMap<Identity, Verification>();

  function jwtMethodOf(method: KubernetesTokenMethod): JwtMethod {
    let jwtMethod = jwtMethods.get(method);
    if (jwtMethod === undefined) {
      const { review: _, ...rest } = method;
      jwtMethod = { ...rest, kind: "jwt", requiredClaims: [] };
      jwtMethods.set(method, jwtMethod);
    }
    return jwtMethod;
  }

  /** The same object for the same token, for as long as its verification is remembered. */
  function accountOf(verification: Verification): Verification {
    if (!verification.ok) return verification;
    let account = accounts.get(verification.identity);
    if (account === undefined) {
      account = readAccount(verification.identity);
      accounts.set(verification.identity, account);
    }
    return account;
  }

  function review(method: KubernetesTokenMethod, token: string, verified: Verification): Verification | Promise<Verification> {
    if (!verified.ok || method.review === "Offline") return verified;
    if (reviewer === undefined) return fail("unresolved_ref", "there is no cluster that could review the token");
    const key = hash("sha256", JSON.stringify([method.provider.key, method.audiences, token]), "base64url");
    const asked = askOnce({ key, lane: LANE, ask: () => askServer(reviewer, method, token, verified.identity) });
    // Who the token speaks for is in the token; the review only says whether it still does.
    return asked instanceof Promise ? asked.then((answer) => (answer.ok ? verified : answer)) : asked.ok ? verified : asked;
  }

  async function askServer(
    server: TokenReviewer,
    { audiences }: KubernetesTokenMethod,
    token: string,
    identity: Identity,
  ): Promise<Answer> {
    try {
      const answer = await server.review(token, audiences);
      const until = clock.now() + REVIEW_LIFE * 1000;
      if (!answer.authenticated)
        return { verification: fail("token_inactive", "the API server does not authenticate the token"), until };
      if (answer.username !== identity.subject)
        return { verification: fail("token_claim_invalid", "the API server names another account than the token"), until };
      if (!answer.audiences.some((each) => audiences.includes(each)))
        return { verification: fail("token_audience_mismatch", "the API server confirms none of the policy's audiences"), until };
      return { verification: { ok: true, identity }, until };
    } catch (error) {
      const detail = `the token could not be reviewed (${error instanceof Error ? error.name : "no error"})`;
      return { verification: fail("identity_provider_unavailable", detail), until: 0 };
    }
  }

  return (method, token) => {
    const verified = jwt.verifyJwt(jwtMethodOf(method), token);
    return verified instanceof Promise
      ? verified.then((settled) => review(method, token, accountOf(settled)))
      : review(method, token, accountOf(verified));
  };
}

/**
 * A token speaks for the account that its `sub` names, if its private claims agree: whatever else the cluster's keys may sign is none of them.
 * Source: Kubernetes, "Bound service account tokens"; `pkg/serviceaccount/claims.go` names the claim `kubernetes.io`.
 */
function readAccount(identity: Identity): Verification {
  const { subject = "", claims } = identity;
  const bound = member(claims, "kubernetes.io");
  const namespace = member(bound, "namespace");
  const name = member(member(bound, "serviceaccount"), "name");
  if (typeof namespace !== "string" || typeof name !== "string" || namespace === "" || name === "")
    return fail("token_claim_invalid", "`kubernetes.io` does not name a namespace and a service account");
  if (subject !== `system:serviceaccount:${namespace}:${name}`)
    return fail("token_claim_invalid", "`sub` is not the service account that `kubernetes.io` names");
  return { ok: true, identity: { ...identity, kind: "kubernetesToken" } };
}

function member(value: ClaimValue | undefined, name: string): ClaimValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [name: string]: ClaimValue })[name];
}
