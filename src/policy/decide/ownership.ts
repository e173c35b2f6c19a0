import type { CredentialPorts, IntrospectionMethod, MethodPlan, Verification } from "../model/authentication.ts";
import type { CredentialReader, LocationPlan } from "../model/plan.ts";
import type { Request } from "../model/request.ts";

/** The methods that own one credential, and what each of them says of it. */
export interface Ownership {
  readonly owners: readonly CredentialReader[];
  /** One for each owner. */
  readonly verifications: readonly (Verification | Promise<Verification>)[];
  /** A method that may own it, but whose provider is missing. */
  readonly unresolved: MethodPlan | undefined;
}

interface Askable {
  readonly reader: CredentialReader;
  readonly method: IntrospectionMethod;
  readonly token: string;
}

/**
 * Finds who owns what stands at a location, and asks each owner. A provider is asked about a token (introspection) only if nobody else owns it:
 * asking gives the token away, so none goes to a provider that cannot have issued it.
 */
export function findOwners(location: LocationPlan, value: string, request: Request, ports: CredentialPorts): Ownership {
  const owners: CredentialReader[] = [];
  const verifications: (Verification | Promise<Verification>)[] = [];
  let askable: Askable[] | undefined;
  let unresolvedIssuer: MethodPlan | undefined;
  let unresolvedIntrospection: MethodPlan | undefined;
  let issued = false;
  for (const reader of location.readers) {
    const credential = reader.read(value);
    if (credential === undefined) continue;
    const { method } = reader;
    switch (method.kind) {
      case "jwt":
        if (ports.issuerOf(credential) !== method.provider.issuer) continue;
        issued = true;
        verifications.push(ports.verifyJwt(method, credential));
        break;
      case "kubernetesToken":
        if (ports.issuerOf(credential) !== method.provider.issuer) continue;
        issued = true;
        verifications.push(ports.verifyKubernetesToken(method, credential));
        break;
      case "introspection":
        if ((ports.issuerOf(credential) ?? method.provider.issuer) === method.provider.issuer)
          (askable ??= []).push({ reader, method, token: credential });
        continue;
      case "apiKey":
        verifications.push(ports.verifyApiKey(method, credential));
        break;
      case "clientCertificate":
        verifications.push(ports.verifyCertificate(method, request));
        break;
      case "unresolved":
        // Whose tokens the missing provider issues is not known: what has a token's form and no other owner may be one of them.
        if (method.wants === "introspection") unresolvedIntrospection ??= method;
        else if (ports.issuerOf(credential) !== undefined) unresolvedIssuer ??= method;
        continue;
      case "anonymous":
        continue;
      default:
        method satisfies never;
        continue;
    }
    owners.push(reader);
  }
  if (askable !== undefined && !issued && unresolvedIssuer === undefined && !verifications.some(isGood)) {
    for (const { reader, method, token } of askable) {
      owners.push(reader);
      verifications.push(ports.verifyIntrospection(method, token));
    }
  }
  return { owners, verifications, unresolved: unresolvedIssuer ?? unresolvedIntrospection };
}

function isGood(verification: Verification | Promise<Verification>): boolean {
  return !(verification instanceof Promise) && verification.ok;
}
