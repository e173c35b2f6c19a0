import { fileURLToPath } from "node:url";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const PROTO_DIRECTORY: URL = new URL("../../proto/", import.meta.url);

export interface ServiceDefinitions {
  readonly authorization: ServiceDefinition;
  readonly health: ServiceDefinition;
}

/** The services as the `.proto` files name them, messages left as bytes: decoding them is ours. */
export function loadServiceDefinitions(): ServiceDefinitions {
  const loaded = loadSync(["envoy/service/auth/v3/external_auth.proto", "grpc/health/v1/health.proto"], {
    includeDirs: [fileURLToPath(PROTO_DIRECTORY)],
  });
  return {
    authorization: withRawMessages(loaded["envoy.service.auth.v3.Authorization"] as ServiceDefinition),
    health: withRawMessages(loaded["grpc.health.v1.Health"] as ServiceDefinition),
  };
}

function withRawMessages(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]: [string, MethodDefinition<unknown, unknown>]) => [
    name,
    {
      ...method,
      requestSerialize: asBytes,
      requestDeserialize: asIs,
      responseSerialize: asBytes,
      responseDeserialize: asIs,
    },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition;
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

function asBytes(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
