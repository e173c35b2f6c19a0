import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** Our own `.proto` files through a library that shares no line with the code under test. */
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => fileURLToPath(new URL(`../../proto/${target}`, import.meta.url));
root.loadSync(["envoy/service/auth/v3/external_auth.proto", "grpc/health/v1/health.proto"]);

export const CheckRequest: protobuf.Type = root.lookupType("envoy.service.auth.v3.CheckRequest");
const CheckResponse: protobuf.Type = root.lookupType("envoy.service.auth.v3.CheckResponse");
export const HealthCheckRequest: protobuf.Type = root.lookupType("grpc.health.v1.HealthCheckRequest");
export const HealthCheckResponse: protobuf.Type = root.lookupType("grpc.health.v1.HealthCheckResponse");

export function encodeCheckRequest(message: object): Buffer {
  return Buffer.from(CheckRequest.encode(CheckRequest.fromObject(message)).finish());
}

/** A CheckResponse as plain JSON: 64-bit numbers and enums as numbers, absent fields left out. */
export function decodeCheckResponse(bytes: Uint8Array): object {
  return JSON.parse(
    JSON.stringify(CheckResponse.toObject(CheckResponse.decode(bytes), { longs: Number, arrays: false, objects: false })),
  );
}

/** A CheckRequest around the attributes of one HTTP request. */
export function httpRequest(http: object): Buffer {
  return encodeCheckRequest({ attributes: { request: { http } } });
}
