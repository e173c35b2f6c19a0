import type { MethodPlan } from "../model/authentication.ts";
import { readClaim } from "../model/claim.ts";
import type { AllowAnswer, DenyAnswer, VerifiedCredential } from "../model/decision.ts";
import type { ClaimValue, Identity } from "../model/identity.ts";
import type { ForwardPlan, PolicyPlan, TargetPlan } from "../model/plan.ts";
import { REASONS, type Reason } from "../model/reason.ts";
import type { RequestFacts } from "./request-facts.ts";

/** The answer for `reason` in the form of `policy`, or in the form of the target's oldest policy. The same object for equal answers. */
export function refusal(reason: Reason, target: TargetPlan | undefined, policy: PolicyPlan | undefined): DenyAnswer {
  const memo = target === undefined ? COMMON : memoOf(target);
  const former = policy ?? target?.policies[0];
  // The two halves of a cluster's policy have one key, and each its own form.
  const key = former === undefined ? reason : `${reason} ${former.tier} ${former.key}`;
  let answer = memo.get(key);
  if (answer === undefined) {
    answer = shape(reason, target, former);
    memo.set(key, answer);
  }
  return answer;
}

const COMMON = new Map<string, DenyAnswer>();
const MEMOS = new WeakMap<TargetPlan, Map<string, DenyAnswer>>();

function memoOf(target: TargetPlan): Map<string, DenyAnswer> {
  let memo = MEMOS.get(target);
  if (memo === undefined) {
    memo = new Map();
    MEMOS.set(target, memo);
  }
  return memo;
}

function shape(reason: Reason, target: TargetPlan | undefined, policy: PolicyPlan | undefined): DenyAnswer {
  const { class: reasonClass, status, summary } = REASONS[reason];
  const form =
    reasonClass === "unauthenticated"
      ? policy?.unauthenticated
      : reasonClass === "unauthorized"
        ? policy?.unauthorized
        : undefined;
  const headers: (readonly [string, string])[] = [["x-sallyport-reason", reason]];
  if (form?.body === undefined) headers.push(["content-type", "application/json"]);
  if (reasonClass === "unauthenticated" && expectsBearer(target)) headers.push(["www-authenticate", challenge(reason)]);
  if (reason === "overloaded" || reason === "not_synced") headers.push(["retry-after", "1"]);
  headers.push(...(form?.headers ?? []));
  const answer: DenyAnswer = {
    kind: "deny",
    status: form?.status ?? status,
    headers,
    body: form?.body ?? `${JSON.stringify({ reason, message: summary })}\n`,
  };
  return answer;
}

const BEARER_KINDS: ReadonlySet<string> = new Set(["jwt", "introspection", "kubernetesToken"]);

function expectsBearer(target: TargetPlan | undefined): boolean {
  return (
    target?.locations.some(
      (location) =>
        location.in === "header" &&
        location.name === "authorization" &&
        location.readers.some(({ method }) => BEARER_KINDS.has(method.kind === "unresolved" ? method.wants : method.kind)),
    ) === true
  );
}

/** RFC 6750 §3: the error is named only where a credential was shown. */
function challenge(reason: Reason): string {
  return reason === "unauthenticated" ? "Bearer" : 'Bearer error="invalid_token"';
}

const PLAIN = new WeakMap<ForwardPlan, AllowAnswer>();

/** What the service gets to see: credentials cut out, headers that only a policy may set either set or gone, and no look-alike of them. */
export function forward(
  plan: ForwardPlan,
  facts: RequestFacts,
  policy: PolicyPlan | undefined,
  credentials: readonly VerifiedCredential[],
): AllowAnswer {
  const twins = twinsOf(plan, facts.request.headers.namesWithUnderscore());
  const cookie = plan.removeCookies.length === 0 ? undefined : facts.cookieHeaderWithout(plan.removeCookies);
  const usual = usualAnswer(plan, policy, credentials);
  if (twins.length === 0 && cookie === undefined) return usual;
  const setHeaders = [...usual.setHeaders];
  const removeHeaders = [...usual.removeHeaders, ...twins];
  // A header that a claim is written to, or that is a credential as a whole, is that and not what is left of the caller's cookies.
  const cookieIsSpoken = plan.claimHeaders.includes("cookie") || plan.removeHeaders.includes("cookie");
  if (cookie === "" && !cookieIsSpoken) removeHeaders.push("cookie");
  else if (cookie !== undefined && !cookieIsSpoken) setHeaders.push(["cookie", cookie]);
  return { kind: "allow", setHeaders, removeHeaders, removeQueryParameters: plan.removeQueryParameters, unique: true };
}

const NO_NAMES: readonly string[] = [];

function twinsOf(plan: ForwardPlan, names: readonly string[]): readonly string[] {
  if (names.length === 0) return NO_NAMES;
  return names.filter((name) => plan.guarded.has(name.replaceAll("_", "-")) && !plan.removeHeaders.includes(name));
}

/** The answer to a request that brings nothing to take away but what every request may bring. */
function usualAnswer(plan: ForwardPlan, policy: PolicyPlan | undefined, credentials: readonly VerifiedCredential[]): AllowAnswer {
  const [credential] = credentials;
  if (plan.claimHeaders.length === 0 || policy === undefined || credential === undefined) {
    let plain = PLAIN.get(plan);
    if (plain === undefined) {
      plain = answerWith(plan, new Map());
      PLAIN.set(plan, plain);
    }
    return plain;
  }
  if (credentials.length > 1) return { ...answerWith(plan, claimHeaderValues(policy, credentials)), unique: true };
  let remembered = OF_IDENTITY.get(credential.identity);
  if (
    remembered?.plan !== plan ||
    remembered.policy !== policy ||
    remembered.methods.length !== credential.methods.length ||
    !remembered.methods.every((method, index) => method === credential.methods[index])
  ) {
    remembered = { plan, policy, methods: credential.methods, answer: answerWith(plan, claimHeaderValues(policy, credentials)) };
    OF_IDENTITY.set(credential.identity, remembered);
  }
  return remembered.answer;
}

/** A caller asks one service again and again, so one answer for each identity is worth keeping: as long as the verified token is. */
const OF_IDENTITY = new WeakMap<
  Identity,
  {
    readonly plan: ForwardPlan;
    readonly policy: PolicyPlan;
    readonly methods: readonly MethodPlan[];
    readonly answer: AllowAnswer;
  }
>();

function answerWith(plan: ForwardPlan, values: ReadonlyMap<string, string>): AllowAnswer {
  return {
    kind: "allow",
    setHeaders: [...values],
    removeHeaders: [...plan.removeHeaders, ...plan.claimHeaders.filter((name) => !values.has(name))],
    removeQueryParameters: plan.removeQueryParameters,
  };
}

/** Claims of what the deciding policy's own methods verified. The first method to give a header its value wins. */
function claimHeaderValues(policy: PolicyPlan, credentials: readonly VerifiedCredential[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const [method, headers] of policy.claimHeaders) {
    const credential = credentials.find(({ methods }) => methods.includes(method));
    if (credential === undefined) continue;
    for (const { claim, header } of headers) {
      const value = headerText(readClaim(credential.identity.claims, claim));
      if (value !== undefined && !values.has(header)) values.set(header, value);
    }
  }
  return values;
}

/** Visible ASCII only: anything else could end the header or begin another. Lists are joined by commas where no element holds one. */
function headerText(value: ClaimValue | undefined): string | undefined {
  if (Array.isArray(value)) {
    const texts = (value as readonly ClaimValue[]).map(scalarText);
    return texts.length > 0 && texts.every((text) => text !== undefined && !text.includes(",")) ? texts.join(",") : undefined;
  }
  return scalarText(value);
}

function scalarText(value: ClaimValue | undefined): string | undefined {
  if (typeof value !== "string" && typeof value !== "bigint" && typeof value !== "boolean") return undefined;
  const text = String(value);
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}
