/** The arrows of ARCHITECTURE.md, a rule each. A folder that breaks one is in the wrong place: move the code, do not widen the rule. */
const only = (name, comment, from, path) => ({ name, comment, severity: "error", from, to: { path } });
const EDGES = ["extauthz", "kube", "operator", "webhook", "admin", "xds", "cli"];
const ALLOWED = { operator: ["kube"], webhook: ["sidecar"] };

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: { pathNot: "^test/" }, to: { circular: true } },
    {
      name: "no-cycles-in-tests",
      comment: "types may name one another in a proof; modules may not load one another",
      severity: "error",
      from: { path: "^test/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only(
      "pure-folders-do-no-io",
      "policy, http2 and sidecar hold no I/O, so that they can be proved by tables and properties",
      { path: "^src/(policy|http2|sidecar)/" },
      "^node:|^(fs|net|tls|http|crypto|os|path|process)$|node_modules/(@grpc|@kubernetes|jose|fastify|undici|pino|prom-client)/",
    ),
    only(
      "policy-imports-inwards",
      "policy knows only itself and the resource types",
      { path: "^src/policy/" },
      "^src/(?!policy/|api/)",
    ),
    only("api-is-the-vocabulary", "api knows only the policy model", { path: "^src/api/" }, "^src/(?!api/|policy/model/)"),
    only("model-is-the-centre", "the model imports nothing but itself", { path: "^src/policy/model/" }, "^src/(?!policy/model/)"),
    only("http2-stands-alone", "the transport knows nothing of policies", { path: "^src/http2/" }, "^src/(?!http2/)"),
    ...EDGES.map((edge) =>
      only(
        `${edge}-is-an-edge`,
        "edges never import one another",
        { path: `^src/${edge}/` },
        `^src/(${EDGES.filter((other) => other !== edge && !(ALLOWED[edge] ?? []).includes(other)).join("|")})/`,
      ),
    ),
    only(
      "runtime-is-the-root",
      "the composition root is imported by main alone",
      { path: "^src/", pathNot: "^src/(runtime/|main\\.ts)" },
      "^src/(runtime/|main\\.ts)",
    ),
    only(
      "grpc-at-the-edges",
      "@grpc stays in extauthz and xds",
      { path: "^src/", pathNot: "^src/(extauthz|xds)/" },
      "node_modules/@grpc/",
    ),
    only("jose-in-identity", "jose stays in identity", { path: "^src/", pathNot: "^src/identity/" }, "node_modules/jose/"),
    only(
      "kubernetes-in-kube",
      "the Kubernetes client stays in kube",
      { path: "^src/", pathNot: "^src/kube/" },
      "node_modules/@kubernetes/",
    ),
    only(
      "src-stands-alone",
      "the product imports no test, script or playground",
      { path: "^src/" },
      "^(test|scripts|playground|bench)/",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
      extensions: [".ts", ".js"],
    },
  },
};
