import type { FromEntry } from "../../api/api-policy.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { PeerIdentity } from "../model/identity.ts";
import type { Predicate } from "../model/plan.ts";
import { fieldName, oneOf, predicate } from "./predicate.ts";

/** Matchers on the calling workload: `principals`, `serviceAccounts`, `namespaces`, `trustDomains` and their twins. */
export function peerPredicates(entry: FromEntry, field: string, localTrustDomain: string): Predicate[] {
  // Names of accounts and namespaces mean the local trust domain, unless the entry says which domains it speaks of.
  const anyDomain = entry.trustDomains !== undefined || entry.notTrustDomains !== undefined;
  const known = (peer: PeerIdentity): boolean => anyDomain || peer.trustDomain === localTrustDomain;
  const predicates: Predicate[] = [];
  const add = (
    name: string,
    values: readonly string[] | undefined,
    negated: boolean,
    read: (peer: PeerIdentity) => string | undefined,
  ): void => {
    if (values === undefined) return;
    const matches = oneOf(values);
    const text = ({ peer }: Evaluation): string | undefined => (peer === undefined ? undefined : read(peer));
    predicates.push(
      predicate(
        {
          field: fieldName(field, name, negated),
          wanted: values,
          test: (evaluation) => matches(text(evaluation)),
          got: (evaluation) => text(evaluation) ?? "",
        },
        negated,
      ),
    );
  };
  const account = (peer: PeerIdentity): string | undefined =>
    peer.serviceAccount !== undefined && known(peer) ? `${peer.namespace}/${peer.serviceAccount}` : undefined;
  const namespace = (peer: PeerIdentity): string | undefined => (known(peer) ? peer.namespace : undefined);
  add("principals", entry.principals, false, (peer) => peer.principal);
  add("principals", entry.notPrincipals, true, (peer) => peer.principal);
  add("serviceAccounts", entry.serviceAccounts, false, account);
  add("serviceAccounts", entry.notServiceAccounts, true, account);
  add("namespaces", entry.namespaces, false, namespace);
  add("namespaces", entry.notNamespaces, true, namespace);
  add("trustDomains", entry.trustDomains, false, (peer) => peer.trustDomain);
  add("trustDomains", entry.notTrustDomains, true, (peer) => peer.trustDomain);
  return predicates;
}

/** Whether an entry asks who the caller is, rather than who it is not. */
export function namesPeer(entry: FromEntry): boolean {
  return [entry.principals, entry.serviceAccounts, entry.namespaces, entry.trustDomains].some((values) => values !== undefined);
}
