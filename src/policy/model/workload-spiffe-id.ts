/** `spiffe://<trust domain>/ns/<namespace>/sa/<account>`: the identity of every workload that runs as the account. */
export function workloadSpiffeId(trustDomain: string, account: { readonly namespace: string; readonly name: string }): string {
  return `spiffe://${trustDomain}/ns/${account.namespace}/sa/${account.name}`;
}
