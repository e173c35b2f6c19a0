import type { CredentialLocation } from "../../policy/model/authentication.ts";
import type { Reason } from "../../policy/model/reason.ts";
import type { DocumentReader, Field } from "../document-reader.ts";
import type { SuiteCredential, SuiteToken } from "./suite.ts";

/** One entry of `identities`. */
export interface SuiteIdentity {
  readonly name: string;
  /** `serviceAccount` or `principal`, where the identity is a workload. */
  readonly peer: { readonly name: "serviceAccount" | "principal"; readonly field: Field } | undefined;
  readonly credentials: readonly SuiteCredential[];
}

const TOKENS = ["jwt", "kubernetesToken", "introspection"] as const;

export function readIdentity(reader: DocumentReader, field: Field, identity: string): SuiteIdentity {
  const members = new Map(reader.entries(field));
  if (members.size === 0) {
    const help = "write `serviceAccount`, `principal` or a credential; a test without `as` is for a caller who is nobody";
    reader.fault(field, "MissingField", `\`${field.path}\` says nothing of who calls`, help);
  }
  const [account, principal] = [members.get("serviceAccount"), members.get("principal")];
  if (account !== undefined && principal !== undefined) {
    reader.fault(
      account,
      "Contradiction",
      `\`${field.path}\` names both \`principal\` and \`serviceAccount\``,
      "keep one of them",
    );
  }
  const peer =
    account !== undefined
      ? ({ name: "serviceAccount", field: account } as const)
      : principal !== undefined
        ? ({ name: "principal", field: principal } as const)
        : undefined;
  const apiKey = members.get("apiKey");
  return {
    name: identity,
    peer,
    credentials: [
      ...TOKENS.flatMap((kind) => {
        const token = members.get(kind);
        return token === undefined ? [] : [readToken(reader, token, kind, identity)];
      }),
      ...(apiKey === undefined ? [] : [readApiKey(reader, apiKey, identity)]),
    ],
  };
}

function readToken(reader: DocumentReader, field: Field, kind: SuiteToken["kind"], identity: string): SuiteToken {
  const members = new Map(reader.entries(field));
  const claims = members.get("claims");
  const account = members.get("serviceAccount");
  return {
    kind,
    identity,
    source: reader.positionOf(field),
    provider: reader.text(members.get("provider")) ?? "",
    claims: {
      ...(account === undefined ? {} : accountClaims(reader, account)),
      ...(claims === undefined ? {} : (reader.value(claims) as Readonly<Record<string, unknown>>)),
    },
    refused: reader.text(members.get("refused")) as Reason | undefined,
    at: readPlace(reader, members.get("at")),
  };
}

/** Source: Kubernetes, "Bound service account tokens", the private claims of a token. */
function accountClaims(reader: DocumentReader, field: Field): SuiteToken["claims"] {
  const [namespace, name] = readNamespaced(reader, field).split("/");
  return { sub: `system:serviceaccount:${namespace}:${name}`, "kubernetes.io": { namespace, serviceaccount: { name } } };
}

function readNamespaced(reader: DocumentReader, field: Field | undefined): string {
  const name = reader.text(field) ?? "";
  if (field !== undefined && !/^[^/]+\/[^/]+$/u.test(name)) {
    reader.fault(field, "InvalidValue", `\`${name}\` is not \`namespace/name\``, "write it like `shop/orders`");
  }
  return name;
}

function readApiKey(reader: DocumentReader, field: Field, identity: string): SuiteCredential {
  const members = new Map(reader.entries(field));
  const scopes = members.get("scopes");
  return {
    kind: "apiKey",
    identity,
    source: reader.positionOf(field),
    secret: readNamespaced(reader, members.get("secret")),
    scopes: scopes === undefined ? undefined : reader.items(scopes).map((scope) => reader.text(scope) ?? ""),
    refused: reader.text(members.get("refused")) as Reason | undefined,
    at: readPlace(reader, members.get("at")),
  };
}

function readPlace(reader: DocumentReader, field: Field | undefined): CredentialLocation | undefined {
  if (field === undefined) return undefined;
  const members = new Map(reader.entries(field));
  const places = (["header", "cookie", "query"] as const).filter((name) => members.has(name));
  const [place] = places;
  if (place === undefined || places.length > 1 || (members.has("prefix") && place !== "header")) {
    reader.fault(
      field,
      "InvalidPlace",
      `\`${field.path}\` is not one place`,
      "write `header` (with `prefix`, if there is one), `cookie` or `query`",
    );
    return undefined;
  }
  const name = reader.text(members.get(place)) ?? "";
  return {
    in: place,
    name: place === "header" ? name.toLowerCase() : name,
    prefix: reader.text(members.get("prefix")) ?? "",
  };
}
