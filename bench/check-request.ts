import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const root = new protobuf.Root();
const PROTO = fileURLToPath(new URL("../proto/", import.meta.url));
root.resolvePath = (_origin, target) => `${PROTO}${target}`;
const CheckRequest = root.loadSync("envoy/service/auth/v3/external_auth.proto").lookupType("envoy.service.auth.v3.CheckRequest");

export interface CallParts {
  readonly principal?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly extensions?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a browser-less service call carries through two sidecars. */
const USUAL_HEADERS: Readonly<Record<string, string>> = {
  accept: "application/json",
  "user-agent": "orders-client/1.4",
  "x-request-id": "0b5c2f6e-5a3b-4a44-9a0e-0c9d3b1f9f10",
  "x-forwarded-proto": "https",
  "x-forwarded-for": "10.244.1.2",
  "content-type": "application/json",
};

/** A CheckRequest as an injected sidecar sends it (`encode_raw_headers: true`). */
export function checkRequest(parts: CallParts): Buffer {
  const headers = { ...USUAL_HEADERS, ...parts.headers };
  const message = {
    attributes: {
      source: {
        address: { socketAddress: { address: "10.244.1.2", portValue: 41_234 } },
        ...(parts.principal === undefined ? {} : { principal: parts.principal }),
      },
      destination: {
        address: { socketAddress: { address: "10.244.1.3", portValue: 8080 } },
        labels: parts.labels ?? { app: "orders", "pod-template-hash": "7d4b9c6f5" },
        principal: "spiffe://cluster.local/ns/shop/sa/orders",
      },
      request: {
        time: { seconds: 1_760_000_000, nanos: 0 },
        http: {
          id: "8123456789012345678",
          method: parts.method ?? "GET",
          path: parts.path ?? "/api/v1/orders/42?expand=lines",
          host: parts.host ?? "orders.shop.svc.cluster.local",
          scheme: "https",
          protocol: "HTTP/2",
          size: -1,
          headerMap: { headers: Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
        },
      },
      contextExtensions: parts.extensions ?? {
        "sallyport.namespace": "shop",
        "sallyport.serviceAccount": "orders",
        "sallyport.pod": "orders-7d4b9c6f5-x2v9k",
        "sallyport.peer": "principal",
      },
    },
  };
  return Buffer.from(CheckRequest.encode(CheckRequest.fromObject(message)).finish());
}
