/** Static types of variables. `dyn` passes every check; `map<T>` always has string keys. */
type CelTypeName = "string" | "int" | "timestamp" | "dyn" | "list<string>" | "map<string>" | "map<list<string>>" | "map<dyn>";

/** What an expression needs of a request; compile and decide use it to know what to decode, to wait for and to verify. */
export type CelReadGroup = "request" | "headers" | "query" | "cookies" | "body" | "source" | "destination" | "auth";

export interface CelVariable {
  readonly type: CelTypeName;
  readonly group: CelReadGroup;
  /** When there is nothing to read, so that reading is an error; empty when the variable is always there. */
  readonly absent: string;
  /** How many elements the cost bound reckons with. */
  readonly size: number;
  readonly description: string;
}

const scalar = (type: CelTypeName, group: CelReadGroup, absent: string, description: string): CelVariable => ({
  type,
  group,
  absent,
  size: 1,
  description,
});

const many = (type: CelTypeName, group: CelReadGroup, size: number, absent: string, description: string): CelVariable => ({
  type,
  group,
  absent,
  size,
  description,
});

/** Kept apart from the table only because a declared type must be written; the compiler holds the two together. */
export type CelVariableName =
  | "request.method"
  | "request.path"
  | "request.url_path"
  | "request.host"
  | "request.scheme"
  | "request.protocol"
  | "request.time"
  | "request.headers"
  | "request.headerValues"
  | "request.query"
  | "request.queryValues"
  | "request.cookies"
  | "request.body"
  | "request.json"
  | "request.form"
  | "request.formValues"
  | "source.address"
  | "source.port"
  | "source.principal"
  | "source.trustDomain"
  | "source.namespace"
  | "source.serviceAccount"
  | "destination.address"
  | "destination.port"
  | "destination.labels"
  | "destination.namespace"
  | "destination.serviceAccount"
  | "auth.method"
  | "auth.kind"
  | "auth.provider"
  | "auth.subject"
  | "auth.issuer"
  | "auth.scopes"
  | "auth.claims";

/** Every variable an expression can name: the one source of the name check, the type check, the cost bound and the reference page. */
export const CEL_VARIABLES: { readonly [Name in CelVariableName]: CelVariable } = {
  "request.method": scalar("string", "request", "", "the method, upper case, exactly as sent"),
  "request.path": scalar("string", "request", "", "the path without query, escapes decoded once"),
  "request.url_path": scalar("string", "request", "", "the same as `request.path`; Envoy's name for it"),
  "request.host": scalar("string", "request", "", "the host, lower case, without port"),
  "request.scheme": scalar("string", "request", "", "`http` or `https`, as Envoy saw it"),
  "request.protocol": scalar("string", "request", "", "`HTTP/1.1`, `HTTP/2`, …"),
  "request.time": scalar("timestamp", "request", "Envoy sent no time", "when Envoy received the first byte of the request"),
  "request.headers": many(
    "map<string>",
    "headers",
    100,
    "",
    "headers by lower-case name; reading one that is absent or occurs more than once is an error",
  ),
  "request.headerValues": many("map<list<string>>", "headers", 100, "", "every value of each header, by lower-case name"),
  "request.query": many(
    "map<string>",
    "query",
    100,
    "the query has a bad escape",
    "query parameters, decoded; reading one that is absent or occurs more than once is an error",
  ),
  "request.queryValues": many(
    "map<list<string>>",
    "query",
    100,
    "the query has a bad escape",
    "every value of each query parameter, decoded",
  ),
  "request.cookies": many(
    "map<string>",
    "cookies",
    50,
    "",
    "cookies, as sent; reading one that is absent or occurs more than once is an error",
  ),
  "request.body": scalar("string", "body", "Envoy buffered no whole body, or it is not UTF-8", "the body as text"),
  "request.json": many(
    "dyn",
    "body",
    32,
    "there is no whole, unencoded JSON body without repeated keys",
    "the body as JSON; integers are `int`, other numbers `double`",
  ),
  "request.form": many(
    "map<string>",
    "body",
    100,
    "there is no whole, unencoded form body",
    "fields of a URL-encoded form; reading one that is absent or occurs more than once is an error",
  ),
  "request.formValues": many(
    "map<list<string>>",
    "body",
    100,
    "there is no whole, unencoded form body",
    "every value of each field of a URL-encoded form",
  ),
  "source.address": scalar("string", "source", "the address is unknown", "IP address of the peer, without port"),
  "source.port": scalar("int", "source", "the address is unknown", "port of the peer"),
  "source.principal": scalar("string", "source", "the peer proved no identity", "SPIFFE ID of the calling workload"),
  "source.trustDomain": scalar("string", "source", "the peer proved no identity", "trust domain of the calling workload"),
  "source.namespace": scalar("string", "source", "the peer proved no namespace", "namespace of the calling workload"),
  "source.serviceAccount": scalar(
    "string",
    "source",
    "the peer proved no service account",
    "service account of the calling workload, without namespace",
  ),
  "destination.address": scalar("string", "destination", "the address is unknown", "IP address that was called"),
  "destination.port": scalar("int", "destination", "the address is unknown", "port that was called"),
  "destination.labels": many("map<string>", "destination", 50, "", "labels that the called pod had at injection"),
  "destination.namespace": scalar("string", "destination", "the target names none", "namespace of the called workload"),
  "destination.serviceAccount": scalar(
    "string",
    "destination",
    "the target names none",
    "service account of the called workload",
  ),
  "auth.method": scalar(
    "string",
    "auth",
    "no credential was verified",
    "name of the policy's method that verified the credential; empty if another policy's did",
  ),
  "auth.kind": scalar(
    "string",
    "auth",
    "no credential was verified",
    "`jwt`, `apiKey`, `introspection`, `kubernetesToken`, `clientCertificate` or `anonymous`",
  ),
  "auth.provider": scalar("string", "auth", "no credential was verified", "the provider that vouched; empty where there is none"),
  "auth.subject": scalar("string", "auth", "the credential names nobody", "`sub` of a token, name of an API key or certificate"),
  "auth.issuer": scalar("string", "auth", "the credential has no issuer", "`iss` of a token, issuer of a certificate"),
  "auth.scopes": many("list<string>", "auth", 50, "no credential was verified", "scopes that the credential carries"),
  "auth.claims": many("map<dyn>", "auth", 50, "no credential was verified", "claims of the credential; integers are `int`"),
};

/** The variable of that full name (`request.headers`). Written names are looked up here, never in a plain object. */
export function findVariable(name: string): { readonly name: CelVariableName; readonly variable: CelVariable } | undefined {
  return Object.hasOwn(CEL_VARIABLES, name)
    ? { name: name as CelVariableName, variable: CEL_VARIABLES[name as CelVariableName] }
    : undefined;
}

/** Names with no field of their own: `request`, `source`, `destination`, `auth`. */
export const CEL_ROOTS: ReadonlySet<string> = new Set(["request", "source", "destination", "auth"]);
