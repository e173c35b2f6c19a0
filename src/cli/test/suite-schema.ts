import { type TSchema, Type } from "typebox";
import { REASONS } from "../../policy/model/reason.ts";

/** What the document of a suite may hold: the one source of `manifests/suite.schema.json` and of the check that every suite goes through. */

const text = (description: string) => Type.Unsafe<string>({ description, type: ["string", "number", "boolean"] });
const word = (description: string, values: readonly string[]) =>
  Type.Unsafe<string>({ description, type: "string", enum: [...values] });
const texts = (description: string) => Type.Array(text("One of them."), { description, minItems: 1 });
const oneOrMore = (description: string) =>
  Type.Unsafe<readonly string[]>({ description, anyOf: [text("One."), texts("Several.")] });
const table = (description: string, values: TSchema) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({ description, type: "object", additionalProperties: values });
const object = (description: string, required: readonly string[], properties: Readonly<Record<string, TSchema>>) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({
    description,
    type: "object",
    additionalProperties: false,
    properties,
    ...(required.length === 0 ? {} : { required: [...required] }),
  });

const port = text("A port.");
const address = text("An IP address.");
const labels = table("The pod's labels.", text("A label's value."));

const source = object("Who calls, as Envoy verified it.", [], {
  principal: text("The SPIFFE ID of the calling workload."),
  serviceAccount: text("The same as `namespace/name`, in the trust domain of the settings."),
  certificate: text("A forwarded certificate, as PEM."),
  address,
  port,
});

const destination = object("The workload that is called.", [], {
  namespace: text("Its namespace."),
  serviceAccount: text("Its service account."),
  pod: text("The pod's name."),
  labels,
  principal: text("Its SPIFFE ID."),
  address,
  port,
});

const call = object("The call itself, before anything is decoded.", [], {
  method: text("The method; `GET` where it is left out."),
  path: text("The path with its query."),
  host: text("The Host or `:authority`."),
  scheme: text("`http` or `https`."),
  protocol: text("`HTTP/1.1`, `HTTP/2`, …"),
  time: text("When, in RFC 3339."),
  headers: table("The headers; several values of one are a list.", oneOrMore("A header's value, or its values.")),
  body: text("The body that Envoy buffered."),
});

const request = object("A request in the form of `sallyport explain --request`.", [], {
  source,
  destination,
  target: text("A gateway's route: `Kind/namespace/name`."),
  extensions: table("Entries of `context_extensions`.", text("A value.")),
  request: call,
});

/** The same with null in the place of anything: what is taken away. */
function patchOf(schema: TSchema): TSchema {
  const {
    anyOf,
    properties,
    additionalProperties,
    required: _,
    description,
    ...rest
  } = schema as TSchema & {
    readonly anyOf?: readonly TSchema[];
    readonly properties?: Readonly<Record<string, TSchema>>;
    readonly additionalProperties?: TSchema | false;
    readonly required?: unknown;
    readonly description?: string;
  };
  const inner = {
    ...rest,
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, patchOf(value)])) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: additionalProperties === false ? false : patchOf(additionalProperties) }),
  };
  return Type.Unsafe<unknown>({ description, anyOf: [...(anyOf ?? [inner]), { type: "null" }] });
}

const place = object("Where the credential stands; by default where a method of the target looks for it.", [], {
  header: text("The name of a header."),
  prefix: text("What stands before the credential in the header."),
  cookie: text("The name of a cookie."),
  query: text("The name of a query parameter."),
});

const refused = word(
  "Lets the credential be refused for this reason, whatever else it says.",
  Object.entries(REASONS)
    .filter(([, reason]) => reason.class === "unauthenticated" || reason.class === "unavailable")
    .map(([name]) => name),
);

const provider = text("`namespace/name` of an IdentityProvider, or the name of a ClusterIdentityProvider.");
const claims = Type.Unsafe<unknown>({
  description: "Its claims. What a good token needs is filled in where it is missing, and left out where it is null.",
  type: "object",
});

const identity = object("Who calls: a workload, a credential, or both.", [], {
  serviceAccount: text("The calling workload as `namespace/name`, in the trust domain of the settings."),
  principal: text("The calling workload as a SPIFFE ID."),
  jwt: object("A token that its provider signed.", ["provider"], {
    provider,
    claims,
    refused,
    at: place,
  }),
  kubernetesToken: object("A token that a cluster issued to a service account.", ["provider", "serviceAccount"], {
    provider,
    serviceAccount: text("The account as `namespace/name`."),
    claims,
    refused,
    at: place,
  }),
  introspection: object("A token whose provider answers with these claims when it is asked about it.", ["provider"], {
    provider,
    claims,
    refused,
    at: place,
  }),
  apiKey: object("An API key.", ["secret"], {
    secret: text("`namespace/name` of the Secret that holds it."),
    scopes: texts("Scopes in the place of those of the Secret."),
    refused,
    at: place,
  }),
});

const decision = word("Whether the call goes on.", ["allow", "deny"]);
const reason = word("The reason, one of docs/reasons.md.", Object.keys(REASONS));

const expectation = {
  decision,
  reason,
  policy: text("The policy that decides: `namespace/name`, or the name of a ClusterAPIPolicy."),
  rule: text("The rule that decides."),
  status: Type.Unsafe<number>({
    description: "The HTTP status of the answer; 200 where the call goes on.",
    type: "integer",
    minimum: 200,
    maximum: 599,
  }),
  setHeaders: table("Headers that the service gets from the decision; others may be set beside.", text("The value.")),
  removeHeaders: texts("Headers that the service does not get; others may be removed beside."),
  headers: table("Headers of the answer that refuses; others may stand beside.", text("The value.")),
  body: text("The body of the answer that refuses."),
  audits: Type.Array(text("The name of an Audit rule."), {
    description: "Exactly the Audit rules that match; an empty list for none.",
  }),
  shadows: table(
    "By the key of a Shadow policy, what it would have done.",
    object("What it would have done.", [], { decision, reason, rule: text("The rule that would have decided.") }),
  ),
};

const test = object("One call and what is expected of it.", ["name", "request", "expect"], {
  name: text("What is tested, in words; one test of a suite has it."),
  request: Type.Unsafe<unknown>({
    description: "The name of a request of the suite, or a request.",
    anyOf: [text("A name."), request],
  }),
  with: Type.Unsafe<unknown>({
    ...patchOf(request),
    description: "Laid over the request: mappings are joined, anything else is replaced, null takes away.",
  }),
  as: oneOrMore("Names of identities of the suite: who calls."),
  expect: object("Any part of the decision.", [], expectation),
});

export const suiteSchema: TSchema = object("A suite of tests for policies: what `sallyport test` runs.", ["policies", "tests"], {
  policies: oneOrMore("Files or directories of manifests, from the suite's own directory."),
  now: text("The time of every test, in RFC 3339; 2000-01-01T00:00:00Z where it is left out."),
  settings: object("Settings of the installation, in the place of flags and environment.", [], {
    trustDomain: text("The trust domain of the workloads."),
    trustedHops: text("Proxies in front of Envoy whose `x-forwarded-for` entries are believed."),
    installationNamespace: text("Where the API keys of cluster-scoped policies are."),
    defaultAction: word("What a workload gets that no policy selects.", ["Deny", "Allow"]),
  }),
  identities: table("Who calls, by a name of your own.", identity),
  requests: table("Requests, by a name of your own.", request),
  tests: Type.Array(test, { description: "The tests.", minItems: 1 }),
  equivalents: table("Mutants that change nothing, by their names as `--mutate` prints them.", text("Why they change nothing.")),
});

/** The JSON Schema of a suite, for editors. */
export function suiteJsonSchema(): unknown {
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "Sallyport policy tests", ...suiteSchema };
}
