import type { CommandName } from "../config/setting.ts";

interface CommandHelp {
  readonly summary: string;
  /** Ends with a space where there are any. */
  readonly operands: string;
  /** One call that works, for faults. */
  readonly hint: string;
  readonly examples: string;
}

export const PROGRAM_HELP: { readonly summary: string; readonly examples: string } = {
  summary: "Zero-trust decisions for calls between services: Envoy asks, policies answer.",
  examples: `Examples:
  sallyport serve --policies ./policies          answer Envoy from the manifests under ./policies
  sallyport lint ./policies                      find what is wrong with them, before Envoy does
  sallyport explain --policies ./policies --request call.yaml
                                                 ask why a call is allowed or denied
  sallyport test ./policies                      run the tests of the policies
`,
};

export const COMMAND_HELP: Readonly<Record<CommandName, CommandHelp>> = {
  serve: {
    summary: "Answer Envoy's ext_authz calls from policies in files, which are reloaded when they change.",
    operands: "",
    hint: "run `sallyport serve --policies DIR`",
    examples: `Examples:
  sallyport serve --policies /etc/sallyport/policies
  sallyport serve --policies ./policies --grpc-address unix:/run/sallyport/grpc.sock
  SALLYPORT_POLICIES=./policies SALLYPORT_LOG_LEVEL=debug sallyport serve
`,
  },
  lint: {
    summary: "Tell every fault of policy manifests at once; exits with 1 where there is an error.",
    operands: "PATH... ",
    hint: "run `sallyport lint DIR`",
    examples: `Examples:
  sallyport lint ./policies
  sallyport lint orders.yaml users.yaml -o json
`,
  },
  explain: {
    summary: "Decide one request as serve would, and tell which policy and rule decided and what the others lacked.",
    operands: "",
    hint: "run `sallyport explain --policies DIR --request FILE`",
    examples: `A request names who calls, what is called, and the call:
  source: { serviceAccount: shop/frontend }
  destination: { namespace: shop, serviceAccount: orders, labels: { app: orders } }
  request:
    method: GET
    path: /api/v1/orders/42
    headers: { x-tenant: blue }

Examples:
  sallyport explain --policies ./policies --request call.yaml
  sallyport explain --policies ./policies --request - -o json < call.yaml
`,
  },
  test: {
    summary: "Run suites of tests (*.test.yaml) against policies, and tell what they cover; exits with 1 where a test fails.",
    operands: "PATH... ",
    hint: "run `sallyport test DIR`",
    examples: `A suite names policies, who calls, and what is expected:
  policies: [orders.yaml]
  identities:
    frontend: { serviceAccount: shop/frontend }
  tests:
    - name: the front end reads an order
      as: frontend
      request: { destination: { namespace: shop }, request: { path: /api/v1/orders/42 } }
      expect: { decision: allow, rule: frontend-reads }

Examples:
  sallyport test ./policies
  sallyport test orders.test.yaml --filter "front end"
  sallyport test ./policies --coverage-threshold 80 --mutate
  sallyport test ./policies -o junit > report.xml
`,
  },
  crds: {
    summary: "Print the CustomResourceDefinitions, ready for kubectl.",
    operands: "",
    hint: "run `sallyport crds`",
    examples: `Examples:
  sallyport crds | kubectl apply --server-side -f -
`,
  },
  version: {
    summary: "Print the version.",
    operands: "",
    hint: "run `sallyport version`",
    examples: `Examples:
  sallyport version -o json
`,
  },
};
