import { parse } from "yaml";
import { createAskOnce } from "../../src/identity/answers/ask-once.ts";
import { digestApiKey } from "../../src/identity/api-key/digest.ts";
import { createApiKeyIndex } from "../../src/identity/api-key/key-index.ts";
import { verifyApiKey } from "../../src/identity/api-key/verify.ts";
import { readAnswer } from "../../src/identity/introspection/answer.ts";
import { checkClaims } from "../../src/identity/jwt/claims.ts";
import { parseStrictObject } from "../../src/identity/jwt/strict-json.ts";
import { createKubernetesTokenVerifier } from "../../src/identity/kubernetes/verify.ts";
import { createPeerReader } from "../../src/identity/mtls/peer-reader.ts";
import { createCertificateVerifier } from "../../src/identity/mtls/verify-certificate.ts";
import { compile } from "../../src/policy/compile/compile.ts";
import type { CompileOptions } from "../../src/policy/compile/snapshot.ts";
import { type DecisionPorts, decide } from "../../src/policy/decide/decide.ts";
import type { JwtMethod, Verification } from "../../src/policy/model/authentication.ts";
import type { Decision } from "../../src/policy/model/decision.ts";
import type { JsonObject } from "../../src/policy/model/json-reader.ts";
import type { Plan } from "../../src/policy/model/plan.ts";
import { forward, makeCertificate } from "../identity/mtls/certificates.ts";
import { mkRequest, type RequestParts, snapshotOf } from "../policy/world.ts";

/** What stands in a block ```` ```yaml example ````. The end of docs/semantics.md tells writers and other readers the same. */
export interface Example {
  readonly policy?: object;
  readonly policies?: Readonly<Record<string, object>>;
  readonly created?: Readonly<Record<string, string>>;
  readonly clusterPolicies?: Readonly<Record<string, object>>;
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Shadow policies, and for whose place each is a candidate. */
  readonly candidates?: Readonly<Record<string, string>>;
  /** The version of `policy` that was in force before. */
  readonly before?: object;
  readonly services?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly tokens?: Readonly<Record<string, ExampleToken>>;
  readonly keys?: Readonly<Record<string, ExampleKey>>;
  /** What its provider answers about a token that is no JWT. */
  readonly answers?: Readonly<Record<string, ExampleAnswer>>;
  readonly certificates?: Readonly<Record<string, ExampleCertificate>>;
  readonly options?: Partial<CompileOptions>;
  /** Codes of the errors that the policies have. */
  readonly faults?: readonly string[];
  readonly requests: readonly ExampleRequest[];
}

interface ExampleToken {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signature?: "bad";
  readonly provider?: "down";
}

type ExampleAnswer = Readonly<Record<string, unknown>> | "down";

interface ExampleCertificate {
  readonly uris?: readonly string[];
  readonly dns?: readonly string[];
  readonly emails?: readonly string[];
  readonly subject?: string;
  readonly expired?: boolean;
}

interface ExampleKey {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
}

export interface ExampleRequest extends Omit<RequestParts, "body"> {
  readonly route?: string;
  readonly body?: string;
  readonly truncated?: boolean;
  readonly expect: string;
  readonly status?: number;
  readonly answer?: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> };
  /** What the service sees set. */
  readonly sets?: Readonly<Record<string, string>>;
  /** Some of what is removed on the way to the service, and what is not. */
  readonly removes?: readonly string[];
  readonly keeps?: readonly string[];
  readonly removesQuery?: readonly string[];
  readonly shadows?: Readonly<Record<string, string>>;
  readonly audits?: readonly string[];
}

/** Thursday, 1 January 2026: the moment of every example. */
const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
const OPTIONS: CompileOptions = {
  trustDomain: "cluster.local",
  defaultAction: "Deny",
  trustedHops: 0,
  installationNamespace: "sallyport-system",
};
const PROVIDERS = { corp: "https://corp.example", other: "https://other.example", cluster: "https://kubernetes.example" };

export function parseExample(text: string): Example {
  return parse(text) as Example;
}

/** The verdict of every request, and the rest of what each of them expects. */
export async function runExample(example: Example): Promise<readonly ExampleRequest[]> {
  const { plan } = planOf(example);
  const ports = portsOf(example);
  const certificates = await certificatesOf(example);
  return Promise.all(
    example.requests.map(async (request) =>
      observe(request, await decideOne(plan, withCertificate(request, certificates), ports)),
    ),
  );
}

export function faultsOf(example: Example): readonly string[] {
  return planOf(example).errors;
}

function planOf(example: Example): { readonly plan: Plan; readonly errors: readonly string[] } {
  const options = { ...OPTIONS, ...example.options };
  const earlier = example.before === undefined ? undefined : { ...example, policy: example.before };
  const lastGood = earlier === undefined ? undefined : compile(snapshotOf(manifests(earlier)), options).lastGood;
  const snapshot = snapshotOf(manifests(example));
  const { plan, diagnostics } = compile(snapshot, options, lastGood);
  const parsed = [...snapshot.policies, ...snapshot.clusterPolicies];
  const found = [...parsed.flatMap(({ faults }) => faults), ...diagnostics];
  return { plan, errors: found.filter(({ severity }) => severity === "error").map(({ code }) => code) };
}

function manifests(example: Example): string {
  const { clusterPolicies = {}, namespaces = {}, services = {}, created = {}, candidates = {} } = example;
  const policies = { ...(example.policy === undefined ? {} : { orders: example.policy }), ...example.policies };
  const objects = [
    ...Object.entries(PROVIDERS).map(([name, issuer]) => object("IdentityProvider", inShop(name), { spec: { issuer } })),
    object("IdentityProvider", inShop("opaque"), { spec: { issuer: "https://opaque.example", introspection: {} } }),
    object("ClusterIdentityProvider", { name: "corp" }, { spec: { issuer: PROVIDERS.corp } }),
    ...Object.entries(namespaces).map(([name, labels]) => object("Namespace", { name, labels }, {}, "v1")),
    ...Object.entries(services).map(([name, selector]) => object("Service", inShop(name), { spec: { selector } }, "v1")),
    ...Object.entries(clusterPolicies).map(([name, spec]) => object("ClusterAPIPolicy", { name }, { spec })),
    ...Object.entries(policies).map(([name, spec]) =>
      object(
        "APIPolicy",
        {
          ...inShop(name),
          ...(created[name] === undefined ? {} : { creationTimestamp: created[name] }),
          ...(candidates[name] === undefined ? {} : { annotations: { "sallyport.dev/shadow-of": candidates[name] } }),
        },
        { spec },
      ),
    ),
  ];
  return objects.map((each) => JSON.stringify(each)).join("\n---\n");
}

function object(kind: string, metadata: object, rest: object, apiVersion = "sallyport.dev/v1alpha1"): object {
  return { apiVersion, kind, metadata, ...rest };
}

/** `orders` or `elsewhere/orders` */
function inShop(key: string): object {
  const [name, namespace = "shop"] = key.split("/").toReversed();
  return { name, namespace };
}

/** As Envoy forwards them. */
async function certificatesOf({ certificates = {} }: Example): Promise<ReadonlyMap<string, string>> {
  const made = Object.entries(certificates).map(async ([name, { uris = [], dns = [], emails = [], subject, expired }]) => {
    const [notBefore, notAfter] = [NOW - 2 * DAY, expired === true ? NOW - DAY : NOW + DAY].map((time) => new Date(time));
    const spec = { uris, dns, emails, ...(subject === undefined ? {} : { subject }) };
    return [name, forward(await makeCertificate({ ...spec, ...(notBefore && notAfter && { notBefore, notAfter }) }))] as const;
  });
  return new Map(await Promise.all(made));
}

function withCertificate(request: ExampleRequest, certificates: ReadonlyMap<string, string>): ExampleRequest {
  if (request.certificate === undefined) return request;
  const certificate = certificates.get(request.certificate);
  if (certificate === undefined) throw new TypeError(`there is no certificate ${request.certificate}`);
  return { ...request, certificate, extensions: { "sallyport.peer": "certificate", ...request.extensions } };
}

function portsOf({ tokens = {}, keys = {}, answers = {} }: Example): DecisionPorts {
  const claimsOf = new Map(Object.entries(tokens).map(([text, token]) => [text, readClaims(token)] as const));
  const index = createApiKeyIndex(
    Object.entries(keys).map(([text, { name = text, namespace = "shop", labels = { app: "orders" }, scopes = [] }]) => ({
      namespace,
      name,
      labels: new Map(Object.entries(labels)),
      digest: digestApiKey(text),
      scopes,
    })),
  );
  const verify = (method: JwtMethod, text: string): Verification => {
    const { signature, provider } = tokens[text] ?? {};
    if (provider === "down") return { ok: false, reason: "identity_provider_unavailable", detail: "" };
    if (signature === "bad") return { ok: false, reason: "token_signature_invalid", detail: "" };
    return checkClaims(method, claimsOf.get(text) ?? {}, NOW);
  };
  const clock = { now: () => NOW };
  return {
    credentials: {
      issuerOf: (text) => {
        const issuer = claimsOf.get(text)?.["iss"];
        return typeof issuer === "string" ? issuer : undefined;
      },
      verifyJwt: verify,
      verifyApiKey: (method, key) => verifyApiKey(index, method, key),
      verifyIntrospection(method, text) {
        const answer = answers[text] ?? { active: false };
        return answer === "down"
          ? { ok: false, reason: "identity_provider_unavailable", detail: "" }
          : readAnswer(method, JSON.stringify(answer), NOW).verification;
      },
      verifyKubernetesToken: createKubernetesTokenVerifier({
        clock,
        jwt: { verifyJwt: verify },
        askOnce: createAskOnce(clock, { maxAnswers: 1 }),
        reviewer: undefined,
      }),
      verifyCertificate: createCertificateVerifier(clock),
    },
    peer: createPeerReader({ clock }),
  };
}

/** As a token would carry them; `null` takes a default away. */
function readClaims({ claims = {} }: ExampleToken): JsonObject {
  const defaults = { iss: PROVIDERS.corp, sub: "ada", aud: "orders", exp: NOW / 1000 + 300 };
  const given = Object.entries({ ...defaults, ...claims }).filter(([, value]) => value !== null);
  const read = parseStrictObject(JSON.stringify(Object.fromEntries(given)));
  if (typeof read === "string") throw new TypeError(read);
  return read;
}

function decideOne(plan: Plan, request: ExampleRequest, ports: DecisionPorts): Decision | Promise<Decision> {
  const { route, body, truncated = false, ...parts } = request;
  return decide(
    plan,
    mkRequest({
      ...parts,
      extensions: {
        "sallyport.peer": "principal",
        ...(route === undefined ? {} : { "sallyport.target": route }),
        ...parts.extensions,
      },
      workload: parts.workload ?? (route === undefined ? "shop/orders" : ""),
      ...(body === undefined ? {} : { body: { text: body, truncated } }),
    }),
    ports,
  );
}

/** The request again, with what came out in the place of what it expects. */
async function observe(request: ExampleRequest, decision: Decision): Promise<ExampleRequest> {
  const { answer, reason, policy, rule } = decision;
  const who = policy === undefined ? [] : [[policy.key, ...(rule === undefined ? [] : [rule.name])].join("/")];
  const allow = answer.kind === "allow" ? answer : undefined;
  const deny = answer.kind === "deny" ? answer : undefined;
  const headers = Object.fromEntries(deny?.headers ?? []);
  const names = Object.keys(request.answer?.headers ?? {});
  const shadows = await decision.shadows;
  return {
    ...request,
    expect: [reason, ...who].join(" "),
    ...(request.status === undefined ? {} : { status: deny?.status ?? 200 }),
    ...(request.answer === undefined
      ? {}
      : {
          answer: {
            ...(request.answer.body === undefined ? {} : { body: deny?.body ?? "" }),
            ...(request.answer.headers === undefined
              ? {}
              : { headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ""])) }),
          },
        }),
    ...(request.sets === undefined ? {} : { sets: Object.fromEntries(allow?.setHeaders ?? []) }),
    ...(request.removes === undefined
      ? {}
      : { removes: request.removes.filter((name) => allow?.removeHeaders.includes(name) === true) }),
    ...(request.keeps === undefined
      ? {}
      : { keeps: request.keeps.filter((name) => allow?.removeHeaders.includes(name) === false) }),
    ...(request.removesQuery === undefined ? {} : { removesQuery: allow?.removeQueryParameters ?? [] }),
    ...(request.shadows === undefined
      ? {}
      : { shadows: Object.fromEntries(shadows.map((shadow) => [shadow.policy, `${shadow.verdict} ${shadow.reason}`])) }),
    ...(request.audits === undefined ? {} : { audits: decision.audits.map(({ name }) => name) }),
  };
}
