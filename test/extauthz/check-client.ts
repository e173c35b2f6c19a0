import { ChannelCredentials, Client, type ServiceError } from "@grpc/grpc-js";
import { decodeCheckResponse, HealthCheckRequest, HealthCheckResponse } from "./wire-types.ts";

const CHECK = "/envoy.service.auth.v3.Authorization/Check";
const HEALTH = "/grpc.health.v1.Health";

/** A gRPC client of the door, which sends whatever bytes it is given. */
export interface CheckClient {
  /** The answer decoded, or the code of a gRPC error: which no call should ever get. */
  check(message: Uint8Array, deadline?: number): Promise<object>;
  health(service: string): Promise<object>;
  /** The states as they come; the promise settles when the server ends the stream. */
  watch(service: string, seen: (state: number) => void): Promise<void>;
  close(): void;
}

export function createCheckClient(
  address: string,
  credentials: ChannelCredentials = ChannelCredentials.createInsecure(),
): CheckClient {
  const client = new Client(address, credentials, { "grpc.max_send_message_length": -1 });
  const asIs = (bytes: Buffer): Buffer => bytes;
  const unary = (
    path: string,
    message: Uint8Array,
    deadline: number | undefined,
    decode: (bytes: Uint8Array) => object,
  ): Promise<object> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        asIs,
        asIs,
        Buffer.from(message),
        { ...(deadline !== undefined && { deadline }) },
        (error, answer) => {
          resolve(error === null ? decode(answer as Buffer) : { grpcError: error.code });
        },
      );
    });
  const healthRequest = (service: string): Uint8Array => HealthCheckRequest.encode({ service }).finish();
  return {
    check: (message, deadline) => unary(CHECK, message, deadline, decodeCheckResponse),
    health: (service) =>
      unary(`${HEALTH}/Check`, healthRequest(service), undefined, (bytes) => HealthCheckResponse.decode(bytes)),
    watch: (service, seen) =>
      new Promise((resolve, reject) => {
        const stream = client.makeServerStreamRequest(`${HEALTH}/Watch`, asIs, asIs, Buffer.from(healthRequest(service)));
        stream.on("data", (bytes: Buffer) => seen((HealthCheckResponse.decode(bytes) as unknown as { status: number }).status));
        stream.on("end", resolve);
        stream.on("error", (error: ServiceError) => reject(error));
      }),
    close: () => client.close(),
  };
}
