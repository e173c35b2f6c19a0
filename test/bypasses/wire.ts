import { encodeCheckRequest } from "../extauthz/wire-types.ts";
import { forward, makeCertificate } from "../identity/mtls/certificates.ts";
import type { Attack, Caller, Form } from "./bypass.ts";
import { workloadOf } from "./worlds.ts";

/** What Envoy buffers of a body, here and in the sidecars that the attacks go through. */
export const BODY_LIMIT = 256;

const DAY = 24 * 3_600_000;

/** A CheckRequest as a sidecar of the world's workload would send it, headers and path exactly as the attack has them. */
export async function checkRequest(attack: Omit<Attack, "what">, form: Form, fill: (text: string) => string): Promise<Buffer> {
  const { world, method = "GET", path = "/", host = "orders.shop", body, caller, source = "10.0.0.9" } = attack;
  const inForm = (text: string): string => fill(text).replaceAll("{form}", form);
  const shown = await showCaller(caller ?? { principal: "spiffe://cluster.local/ns/shop/sa/frontend" });
  const headers = [
    ...(attack.headers ?? []).map(([name, value]): readonly [string, string] => [name, fill(value)]),
    ...shown.headers,
    ...(body === undefined ? [] : bodyHeaders(body, attack.truncated === true)),
  ];
  const sent = body === undefined ? undefined : bytesOf(body).subarray(0, BODY_LIMIT);
  return encodeCheckRequest({
    attributes: {
      source: { address: { socketAddress: { address: source, portValue: 40_000 } }, ...shown.source },
      destination: {
        address: { socketAddress: { address: "10.0.0.7", portValue: 8080 } },
        labels: { app: workloadOf(world, form) },
      },
      request: {
        http: {
          method,
          path: inForm(path),
          host: inForm(host),
          scheme: "http",
          protocol: "HTTP/1.1",
          ...(attack.joined
            ? { headers: joined(headers) }
            : { headerMap: { headers: headers.map(([key, value]) => ({ key, rawValue: bytesOf(value) })) } }),
          ...(sent !== undefined && { rawBody: sent, size: bytesOf(body ?? "").length }),
        },
      },
      contextExtensions: {
        ...(world !== "gateway" && {
          "sallyport.namespace": "shop",
          "sallyport.serviceAccount": "orders",
          "sallyport.pod": "orders-1",
        }),
        ...shown.extensions,
        "sallyport.maxRequestBytes": String(BODY_LIMIT),
      },
    },
  });
}

/** A text as bytes: UTF-8 if it holds characters above U+00FF, else one byte a character. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, /^[\0-\xff]*$/.test(text) ? "latin1" : "utf8");
}

function joined(headers: readonly (readonly [string, string])[]): { readonly [name: string]: string } {
  const values = new Map<string, string>();
  for (const [name, value] of headers) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  return Object.fromEntries(values);
}

/** What Envoy says of a body that it buffered, behind what the caller may have said. */
function bodyHeaders(body: string, truncated: boolean): readonly (readonly [string, string])[] {
  return [
    ["content-length", String(bytesOf(body).length)],
    ["x-envoy-auth-partial-body", String(truncated)],
  ];
}

interface ShownCaller {
  readonly source: object;
  readonly extensions: { readonly [name: string]: string };
  readonly headers: readonly (readonly [string, string])[];
}

async function showCaller(caller: Caller): Promise<ShownCaller> {
  if (caller === "nobody") return { source: {}, extensions: {}, headers: [] };
  if ("principal" in caller)
    return { source: { principal: caller.principal }, extensions: { "sallyport.peer": "principal" }, headers: [] };
  if ("xfcc" in caller)
    return { source: {}, extensions: { "sallyport.peer": "xfcc" }, headers: [["x-forwarded-client-cert", caller.xfcc]] };
  const { uris, valid } = caller;
  const middle = Date.now() + (valid === "past" ? -2 * DAY : valid === "future" ? 2 * DAY : 0);
  const certificate = await makeCertificate({
    uris,
    ca: false,
    notBefore: new Date(middle - DAY),
    notAfter: new Date(middle + DAY),
  });
  return {
    source: { certificate: forward(certificate) },
    extensions: { "sallyport.peer": "certificate" },
    headers: [],
  };
}
