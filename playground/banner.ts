import type { EnvoyResult } from "../scripts/components/envoy.ts";
import type { PlaygroundCall } from "./calls.ts";
import type { PlaygroundPorts } from "./ports.ts";

/** What runs, what to try and what to change. */
export function banner(ports: PlaygroundPorts, envoy: EnvoyResult & { found: true }, calls: readonly PlaygroundCall[]): string {
  const lines = [
    "",
    "Sallyport's playground is running:",
    `  the data plane     gRPC 127.0.0.1:${ports.grpc}, health and metrics http://127.0.0.1:${ports.admin}`,
    `  frontend           http://127.0.0.1:${ports.frontend}, behind Envoy ${envoy.version}; calls orders through 127.0.0.1:${ports.outbound}`,
    `  orders             http://127.0.0.1:${ports.orders}, behind Envoy ${envoy.version}`,
    "",
    "Try these in another terminal:",
    ...calls.flatMap((call) => ["", `  # ${call.title}`, `  # → ${call.status} ${call.reason}`, `  ${call.command}`]),
    "",
    ...howToEdit(),
    "",
    "Decisions appear below. Ctrl-C ends everything.",
    "",
  ];
  return lines.join("\n");
}

/** Without Envoy there is nothing to curl, but the door itself can still be asked. */
export function doorOnlyBanner(ports: PlaygroundPorts, envoy: EnvoyResult & { found: false }): string {
  const lines = [
    "",
    `No Envoy: ${envoy.reason}.`,
    `To get the whole playground: ${envoy.help}.`,
    "",
    "The data plane runs alone:",
    `  gRPC 127.0.0.1:${ports.grpc}, health and metrics http://127.0.0.1:${ports.admin}`,
    "",
    "Ask it as Envoy would, with grpcurl (github.com/fullstorydev/grpcurl):",
    `  grpcurl -plaintext -import-path proto -proto envoy/service/auth/v3/external_auth.proto -d '${checkRequest()}' \\`,
    `    127.0.0.1:${ports.grpc} envoy.service.auth.v3.Authorization/Check`,
    "",
    ...howToEdit(),
    "",
  ];
  return lines.join("\n");
}

function howToEdit(): readonly string[] {
  return [
    "Change a policy: delete the rule `frontend-reads` from manifests/examples/shop/orders.yaml, save, and repeat the first call.",
    "It is refused at once, with 401 and not 403, because a caller with a token could still read orders.",
    "A mistake in the file is told below with its line, and the last good version stays in force.",
  ];
}

function checkRequest(): string {
  return JSON.stringify({
    attributes: {
      source: { principal: "spiffe://cluster.local/ns/shop/sa/frontend" },
      destination: { labels: { app: "orders" } },
      request: { http: { method: "GET", path: "/api/v1/orders/42", host: "orders.shop" } },
      context_extensions: { "sallyport.namespace": "shop", "sallyport.serviceAccount": "orders", "sallyport.peer": "principal" },
    },
  });
}
