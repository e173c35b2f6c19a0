import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";

/**
 * The yardstick: a grpc-js server that takes the bytes of a Check and gives prebuilt bytes back. What it costs is what the library costs;
 * no ext_authz server on it can be faster.
 */
const OK = Buffer.from([0x0a, 0x00, 0x1a, 0x00]);
const asIs = (bytes: Buffer): Buffer => bytes;

const server = new Server({ "grpc.enable_channelz": 0 });
server.addService(
  {
    Check: {
      path: "/envoy.service.auth.v3.Authorization/Check",
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  },
  { Check: (_call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => reply(null, OK) },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`port ${port}`);
});
