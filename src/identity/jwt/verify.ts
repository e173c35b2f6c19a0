import { hash } from "node:crypto";
import type { JwtMethod, Verification } from "../../policy/model/authentication.ts";
import type { Reason } from "../../policy/model/reason.ts";
import type { Clock } from "../clock.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";
import { checkClaims } from "./claims.ts";
import type { VerificationKey } from "./jwk.ts";
import type { KeyAnswer, KeyCache } from "./jwks-cache.ts";
import { digestMethod } from "./method-digest.ts";
import { LONGEST_TOKEN, type ParsedToken, type ParseFault, parseToken } from "./parse.ts";
import type { ProviderKeys } from "./provider-keys.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

export interface JwtVerifierDeps {
  readonly clock: Pick<Clock, "now">;
  readonly keys: Pick<ProviderKeys, "of">;
}

export interface JwtVerifierOptions {
  /** How many verified tokens are remembered. */
  readonly maxTokens: number;
  /** Seconds for which a verified token is remembered, if it does not expire sooner. */
  readonly maxTokenLife: number;
}

export interface JwtVerifier {
  /** The unverified `iss` of a text that has a JWT's form. */
  issuerOf(credential: string): string | undefined;
  verifyJwt(method: JwtMethod, token: string): Verification | Promise<Verification>;
}

/** What was computed of the text seen last: asking for its issuer comes right before asking to verify it, perhaps by several methods. */
interface Glance {
  readonly text: string;
  readonly digest: string;
  parsed?: ParsedToken | ParseFault;
}

interface Question {
  readonly method: JwtMethod;
  readonly token: ParsedToken;
  readonly digest: string;
  readonly algorithm: Algorithm;
  readonly keys: KeyCache;
}

const fail = (reason: Reason, detail: string): Verification => ({ ok: false, reason, detail });

/**
 * Verifies JWTs. A token seen before is answered from memory, at once; a new one at once if the key is known, and later if it must be
 * fetched. Nothing is remembered of a token that fails.
 *
 * `node:crypto` checks the signatures, because WebCrypto does it only asynchronously and takes two to five times as long.
 */
export function createJwtVerifier(
  { clock, keys }: JwtVerifierDeps,
  { maxTokens, maxTokenLife }: JwtVerifierOptions,
): JwtVerifier {
  const verified = new VerifiedTokens(maxTokens);
  const methodDigests = new WeakMap<JwtMethod, string>();
  let last: Glance = { text: "", digest: "" };

  function glance(text: string): Glance {
    if (text !== last.text) last = { text, digest: hash("sha256", text, "binary") };
    return last;
  }

  function methodDigest(method: JwtMethod): string {
    let digest = methodDigests.get(method);
    if (digest === undefined) {
      digest = digestMethod(method);
      methodDigests.set(method, digest);
    }
    return digest;
  }

  function verifyNew(method: JwtMethod, seen: Glance): Verification | Promise<Verification> {
    seen.parsed ??= parseToken(seen.text);
    if ("fault" in seen.parsed) return fail("token_malformed", seen.parsed.fault);
    const token = seen.parsed;
    // Before any key is looked for: a token of another issuer must not make us ask this one for its keys.
    if (token.claims["iss"] !== method.provider.issuer) return fail("token_claim_invalid", "`iss` is not the provider's issuer");
    const algorithm = readHeader(method, token);
    if ("ok" in algorithm) return algorithm;
    const cache = keys.of(method.provider);
    if (cache === undefined) return fail("identity_provider_unavailable", "the provider's keys are not kept");

    const question = { method, token, digest: seen.digest, algorithm, keys: cache };
    const { kid } = token.header;
    const found = cache.find(typeof kid === "string" ? { algorithm, kid } : { algorithm });
    return found instanceof Promise ? found.then((answer) => conclude(question, answer)) : conclude(question, found);
  }

  function conclude({ method, token, digest, algorithm, keys: cache }: Question, answer: KeyAnswer): Verification {
    if (answer === "unavailable") return fail("identity_provider_unavailable", "the provider's keys cannot be had");
    if (answer === "unknown") return fail("token_key_unknown", "no key of the provider fits the token's header");
    const key = signer(algorithm, token, answer);
    if (key === undefined) return fail("token_signature_invalid", "the signature does not verify");

    const now = clock.now();
    const verdict = checkClaims(method, token.claims, now);
    if (!verdict.ok) return verdict;
    const verification: Verification = { ok: true, identity: verdict.identity };
    const expiresAt = Math.min(verdict.expiresAt, now + maxTokenLife * 1000);
    verified.set(digest, method.provider.issuer, methodDigest(method), { verification, expiresAt, key, keys: cache });
    return verification;
  }

  return {
    issuerOf(credential) {
      if (credential.length > LONGEST_TOKEN || !credential.includes(".")) return undefined;
      const seen = glance(credential);
      const known = verified.issuer(seen.digest);
      if (known !== undefined) return known;
      seen.parsed ??= parseToken(credential);
      const issuer = "fault" in seen.parsed ? undefined : seen.parsed.claims["iss"];
      return typeof issuer === "string" ? issuer : undefined;
    },
    verifyJwt(method, token) {
      if (token.length > LONGEST_TOKEN) return fail("token_malformed", `longer than ${LONGEST_TOKEN} bytes`);
      const seen = glance(token);
      return verified.get(seen.digest, methodDigest(method), clock.now()) ?? verifyNew(method, seen);
    },
  };
}

/**
 * The algorithm that the header names, or why the header is refused. Of the members that offer a key of their own (`jwk`, `jku`, `x5c`,
 * `x5u`), none is read.
 */
function readHeader({ provider }: JwtMethod, { header }: ParsedToken): Algorithm | Extract<Verification, { ok: false }> {
  const { alg, kid, typ } = header as { readonly alg?: unknown; readonly kid?: unknown; readonly typ?: unknown };
  const refuse = (reason: Reason, detail: string): Extract<Verification, { ok: false }> => ({ ok: false, reason, detail });
  const algorithm = typeof alg === "string" ? ALGORITHMS.get(alg) : undefined;
  if (algorithm === undefined || !provider.algorithms.some((name) => ALGORITHMS.get(name) === algorithm)) {
    return refuse("token_algorithm_refused", "`alg` is not among the algorithms that the provider's object accepts");
  }
  // RFC 7515 §4.1.11: an extension marked critical that is not understood makes the token invalid. None is understood here.
  if ("crit" in header) return refuse("token_malformed", "`crit` names an extension");
  if (kid !== undefined && typeof kid !== "string") return refuse("token_malformed", "`kid` is not a string");
  if (typ !== undefined && !isAccessType(typ)) return refuse("token_malformed", "`typ` says that the token is of another kind");
  return algorithm;
}

/**
 * RFC 8725 §3.11: tokens of other kinds (logout, DPoP proofs, security events) are signed by the same keys and say so in `typ`. Access
 * and ID tokens say `at+jwt`, `JWT`, something private or nothing.
 */
function isAccessType(typ: unknown): boolean {
  if (typeof typ !== "string") return false;
  const name = typ.toLowerCase().replace(/^application\//, "");
  return !name.endsWith("+jwt") || name === "at+jwt" || name.endsWith("-at+jwt");
}

function signer(algorithm: Algorithm, token: ParsedToken, candidates: readonly VerificationKey[]): VerificationKey | undefined {
  const data = Buffer.from(token.signingInput, "latin1");
  return candidates.find(({ key }) => {
    try {
      return algorithm.verify(key, data, token.signature);
    } catch {
      // OpenSSL throws for some signatures that it cannot even read.
      return false;
    }
  });
}
