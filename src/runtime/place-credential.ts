import type { SuiteCredential } from "../cli/test/suite.ts";
import type { ApiKeyEntry } from "../identity/api-key/key-index.ts";
import { resolveTarget } from "../policy/decide/target.ts";
import { normalizeHost } from "../policy/match/host.ts";
import type { CredentialLocation, MethodPlan } from "../policy/model/authentication.ts";
import type { Plan } from "../policy/model/plan.ts";
import type { HeaderView, Request } from "../policy/model/request.ts";

const BEARER: CredentialLocation = { in: "header", name: "authorization", prefix: "Bearer" };
const API_KEY: CredentialLocation = { in: "header", name: "x-api-key", prefix: "" };

/** Where a test's credential stands: where the test says, else where a method of the target that could accept it looks first. */
export function locationOf(
  credential: SuiteCredential,
  request: Request,
  plan: Plan,
  apiKeys: readonly ApiKeyEntry[],
): CredentialLocation {
  if (credential.at !== undefined) return credential.at;
  const target = resolveTarget(plan, request, normalizeHost(request.host) ?? "");
  const found = target.outcome === "found" ? target.plan : undefined;
  const targets = [found, ...(found?.shadows ?? []).map((shadow) => shadow.plan)].filter((each) => each !== undefined);
  const methods = targets.flatMap(({ policies }) => policies.flatMap((policy) => policy.methods));
  const method = methods.find((each) => couldAccept(each, credential, apiKeys));
  return method?.locations[0] ?? (credential.kind === "apiKey" ? API_KEY : BEARER);
}

function couldAccept(method: MethodPlan, credential: SuiteCredential, apiKeys: readonly ApiKeyEntry[]): boolean {
  if (credential.kind !== "apiKey") return method.kind === credential.kind && method.provider.name === credential.provider;
  if (method.kind !== "apiKey") return false;
  const secret = apiKeys.find(({ namespace, name }) => `${namespace}/${name}` === credential.secret);
  return (
    secret !== undefined &&
    secret.namespace === method.namespace &&
    [...method.matchLabels].every(([name, value]) => secret.labels.get(name) === value)
  );
}

/** The request with a credential at a place, beside whatever stands there. */
export function placeCredential(request: Request, location: CredentialLocation, text: string): Request {
  switch (location.in) {
    case "header":
      return { ...request, headers: withHeader(request.headers, location.name, headerText(location.prefix, text)) };
    case "cookie": {
      const [cookies] = request.headers.values("cookie");
      const pair = `${location.name}=${text}`;
      return {
        ...request,
        headers: withHeader(request.headers, "cookie", cookies === undefined ? pair : `${cookies}; ${pair}`, true),
      };
    }
    case "query":
      return {
        ...request,
        path: `${request.path}${request.path.includes("?") ? "&" : "?"}${encodeURIComponent(location.name)}=${text}`,
      };
    default:
      return location.in satisfies never;
  }
}

/** Letters are an auth scheme, which a space follows; any other prefix stands as it is written. */
function headerText(prefix: string, text: string): string {
  return /^[A-Za-z][A-Za-z0-9-]*$/u.test(prefix) ? `${prefix} ${text}` : `${prefix}${text}`;
}

function withHeader(headers: HeaderView, name: string, value: string, replaces = false): HeaderView {
  const values = replaces ? [value] : [...headers.values(name), value];
  const names = headers.names().includes(name) ? headers.names() : [...headers.names(), name];
  const underscored = names.filter((each) => each.includes("_"));
  return {
    values: (asked) => (asked === name ? values : headers.values(asked)),
    names: () => names,
    namesWithUnderscore: () => underscored,
  };
}
