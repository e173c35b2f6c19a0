/** What an example may hold, so that a misspelt word does not pass for one that expects nothing. */
const POLICIES = ["policy", "policies", "clusterPolicies", "namespaces", "created", "candidates", "before", "services"];
const EXAMPLE = new Set([...POLICIES, "tokens", "keys", "answers", "certificates", "options", "faults", "requests"]);
const CALL = [
  "method",
  "path",
  "host",
  "headers",
  "peer",
  "certificate",
  "source",
  "port",
  "labels",
  "workload",
  "route",
  "extensions",
];
const BODY = ["body", "truncated"];
const OUTCOME = ["expect", "status", "answer", "sets", "removes", "keeps", "removesQuery", "shadows", "audits"];
const REQUEST = new Set([...CALL, ...BODY, ...OUTCOME]);

/** The words of an example that it cannot hold. */
export function strangeWords(example: object): readonly string[] {
  const requests: unknown = "requests" in example ? example.requests : [];
  return [
    ...Object.keys(example).filter((key) => !EXAMPLE.has(key)),
    ...(Array.isArray(requests) ? requests : [requests]).flatMap((request: unknown) =>
      Object.keys(Object(request)).filter((key) => !REQUEST.has(key)),
    ),
  ];
}
