import { hash } from "node:crypto";
import type { IntrospectionMethod, Verification } from "../../policy/model/authentication.ts";
import type { Reason } from "../../policy/model/reason.ts";
import type { Answer, AskOnce } from "../answers/ask-once.ts";
import type { Clock } from "../clock.ts";
import { LONGEST_TOKEN, parseToken } from "../jwt/parse.ts";
import type { FormPoster } from "../outbound/fetcher.ts";
import { readAnswer } from "./answer.ts";
import { readFreshness } from "./cache-control.ts";
import type { FindCredentials } from "./client-credentials.ts";
import type { FindEndpoint } from "./endpoint.ts";

export interface IntrospectionDeps {
  readonly clock: Pick<Clock, "now">;
  readonly poster: FormPoster;
  readonly findEndpoint: FindEndpoint;
  readonly findCredentials: FindCredentials;
  readonly askOnce: AskOnce;
}

export type IntrospectionVerifier = (method: IntrospectionMethod, token: string) => Verification | Promise<Verification>;

/** RFC 6750 §2.1, `b64token`: nothing else is a token that any provider issued. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
/** Whatever starts like a JWT's header must be one: what cannot be read may be another issuer's, and is not given away. */
const JWT_OUTLINE = /^eyJ[^.]*\.[^.]*\.[^.]*$/;
/** Seconds for which a refusal is remembered, at most: a token may become active, and a clock be set right. */
const REFUSAL_LIFE = 10;

const fail = (reason: Reason, detail: string): Verification => ({ ok: false, reason, detail });
/** Nothing was learnt of the token, so the next request asks again. */
const unknown = (reason: Reason, detail: string): Answer => ({ verification: fail(reason, detail), until: 0 });

/** Verifies tokens by asking their provider. Answers are remembered by token, provider and method, so none counts for another of these. */
export function createIntrospectionVerifier(deps: IntrospectionDeps): IntrospectionVerifier {
  const { clock, poster, findEndpoint, findCredentials, askOnce } = deps;
  const digests = new WeakMap<IntrospectionMethod, string>();

  function digestOf(method: IntrospectionMethod): string {
    let digest = digests.get(method);
    if (digest === undefined) {
      const { provider, audiences, clockSkew, cacheSeconds } = method;
      const { key, name, issuer, introspection, allowPrivateAddresses } = provider;
      const parts = [key, name, issuer, introspection, allowPrivateAddresses, audiences, clockSkew, cacheSeconds];
      digest = hash("sha256", JSON.stringify(parts), "base64url");
      digests.set(method, digest);
    }
    return digest;
  }

  async function ask(method: IntrospectionMethod, token: string): Promise<Answer> {
    const { provider } = method;
    const [endpoint, credentials] = await Promise.all([findEndpoint(provider), findCredentials(provider)]);
    if (typeof credentials === "string") return unknown("unresolved_ref", credentials);
    if (!endpoint.ok) return unknown("identity_provider_unavailable", endpoint.error);
    // Whoever may write the provider's object must not thereby learn the secret.
    if (endpoint.url !== credentials.url)
      return unknown("unresolved_ref", "the client credentials are for another URL than the provider's");
    const posted = await poster.postForm(
      endpoint.url,
      { token, token_type_hint: "access_token" },
      { allowPrivateAddresses: provider.allowPrivateAddresses, authorization: basic(credentials) },
    );
    if (!posted.ok) return unknown("identity_provider_unavailable", `introspection: ${posted.error}`);
    const now = clock.now();
    const { verification, until } = readAnswer(method, posted.text, now);
    const fresh = provider.introspection?.ignoreCacheControl === true ? undefined : readFreshness(posted.cacheControl);
    const life = Math.min(
      method.cacheSeconds,
      fresh ?? Number.POSITIVE_INFINITY,
      verification.ok ? Number.POSITIVE_INFINITY : REFUSAL_LIFE,
    );
    return { verification, until: Math.min(until, now + life * 1000) };
  }

  return (method, token) => {
    if (token.length > LONGEST_TOKEN) return fail("token_malformed", `longer than ${LONGEST_TOKEN} bytes`);
    if (!TOKEN.test(token)) return fail("token_malformed", "it holds characters that no token has");
    if (JWT_OUTLINE.test(token)) {
      const parsed = parseToken(token);
      if ("fault" in parsed) return fail("token_malformed", parsed.fault);
    }
    const key = `${digestOf(method)} ${hash("sha256", token, "base64url")}`;
    return askOnce({
      key,
      lane: method.provider.key,
      ask: () =>
        ask(method, token).catch((error: unknown) => unknown("internal", error instanceof Error ? error.name : "no error")),
    });
  };
}

/** RFC 6749 §2.3.1: both parts are form-encoded first. */
function basic({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }): string {
  const encode = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString("base64")}`;
}
