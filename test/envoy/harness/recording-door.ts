import { Server, ServerCredentials, type ServerUnaryCall, type ServiceDefinition, type sendUnaryData } from "@grpc/grpc-js";
import protobuf from "protobufjs";

/** The fields of Envoy's messages that tests look at, written down again here so that the product's own decoder is not its judge. */
const PROTO = `
syntax = "proto3";
message CheckRequest { AttributeContext attributes = 1; }
message AttributeContext {
  message Peer { Address address = 1; string service = 2; map<string, string> labels = 3; string principal = 4; string certificate = 5; }
  message HttpRequest {
    string id = 1; string method = 2; map<string, string> headers = 3; string path = 4; string host = 5; string scheme = 6;
    string query = 7; string fragment = 8; int64 size = 9; string protocol = 10; string body = 11; bytes raw_body = 12; HeaderMap header_map = 13;
  }
  message Request { HttpRequest http = 2; }
  Peer source = 1; Peer destination = 2; Request request = 4; map<string, string> context_extensions = 10;
}
message Address { SocketAddress socket_address = 1; }
message SocketAddress { int32 protocol = 1; string address = 2; uint32 port_value = 3; }
message HeaderMap { repeated HeaderValue headers = 1; }
message HeaderValue { string key = 1; string value = 2; bytes raw_value = 3; }
message Status { int32 code = 1; }
message HeaderValueOption { HeaderValue header = 1; int32 append_action = 3; }
message HttpStatus { int32 code = 1; }
message DeniedHttpResponse { HttpStatus status = 1; repeated HeaderValueOption headers = 2; string body = 3; }
message OkHttpResponse { repeated HeaderValueOption headers = 2; repeated string headers_to_remove = 5; }
message CheckResponse { Status status = 1; DeniedHttpResponse denied_response = 2; OkHttpResponse ok_response = 3; }
`;

const root = protobuf.parse(PROTO, { keepCase: true }).root;
const CheckRequest = root.lookupType("CheckRequest");
const CheckResponse = root.lookupType("CheckResponse");

interface RecordedPeer {
  readonly address: string;
  readonly labels: { readonly [name: string]: string };
  readonly principal: string;
  readonly certificate: string;
}

/** One question of Envoy's. */
export interface RecordedCheck {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  readonly protocol: string;
  /** From `headers`, which Envoy leaves empty when it sends `header_map`. */
  readonly joinedHeaders: { readonly [name: string]: string };
  /** From `header_map`, in order, without pseudo-headers; bytes as latin1. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly source: RecordedPeer;
  readonly destination: RecordedPeer;
  readonly extensions: { readonly [name: string]: string };
}

export type DoorAnswer =
  | {
      readonly allow: true;
      readonly setHeaders?: readonly (readonly [string, string])[];
      readonly removeHeaders?: readonly string[];
    }
  | { readonly allow: false; readonly status: number; readonly body: string };

export interface RecordingDoor {
  readonly port: number;
  /** Every question so far. */
  readonly checks: readonly RecordedCheck[];
  stop(): void;
}

/** An ext_authz server that remembers what it was asked: what a sidecar tells the door can be asserted without the product's own code. */
export async function startRecordingDoor(
  answer: (check: RecordedCheck) => DoorAnswer | Promise<DoorAnswer> = () => ({ allow: true }),
): Promise<RecordingDoor> {
  const checks: RecordedCheck[] = [];
  const raw = (bytes: Buffer): Buffer => bytes;
  const service: ServiceDefinition = {
    Check: {
      path: "/envoy.service.auth.v3.Authorization/Check",
      requestStream: false,
      responseStream: false,
      requestSerialize: raw,
      requestDeserialize: raw,
      responseSerialize: raw,
      responseDeserialize: raw,
    },
  };
  const server = new Server();
  server.addService(service, {
    Check(call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) {
      const check = decode(call.request);
      checks.push(check);
      void Promise.resolve(answer(check)).then((given) => reply(null, encode(given)));
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, checks, stop: () => server.forceShutdown() };
}

interface WirePeer {
  readonly address?: { readonly socket_address?: { readonly address?: string } };
  readonly labels?: { readonly [name: string]: string };
  readonly principal?: string;
  readonly certificate?: string;
}

interface WireHttp {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly scheme?: string;
  readonly protocol?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly raw_body?: Buffer;
  readonly header_map?: {
    readonly headers?: readonly { readonly key: string; readonly value?: string; readonly raw_value?: Buffer }[];
  };
}

interface WireCheck {
  readonly attributes?: {
    readonly source?: WirePeer;
    readonly destination?: WirePeer;
    readonly request?: { readonly http?: WireHttp };
    readonly context_extensions?: { readonly [name: string]: string };
  };
}

function decode(bytes: Buffer): RecordedCheck {
  const { attributes = {} } = CheckRequest.toObject(CheckRequest.decode(bytes), { bytes: Buffer }) as WireCheck;
  const http = attributes.request?.http ?? {};
  const pairs = (http.header_map?.headers ?? []).map((one): readonly [string, string] => [
    one.key,
    one.raw_value?.length ? Buffer.from(one.raw_value).toString("latin1") : (one.value ?? ""),
  ]);
  return {
    method: http.method ?? "",
    path: http.path ?? "",
    host: http.host ?? "",
    scheme: http.scheme ?? "",
    protocol: http.protocol ?? "",
    joinedHeaders: http.headers ?? {},
    headers: pairs.filter(([name]) => !name.startsWith(":")),
    body: http.raw_body?.length ? Buffer.from(http.raw_body).toString("latin1") : (http.body ?? ""),
    source: decodePeer(attributes.source),
    destination: decodePeer(attributes.destination),
    extensions: attributes.context_extensions ?? {},
  };
}

function decodePeer(peer: WirePeer = {}): RecordedPeer {
  return {
    address: peer.address?.socket_address?.address ?? "",
    labels: peer.labels ?? {},
    principal: peer.principal ?? "",
    certificate: peer.certificate ?? "",
  };
}

function encode(answer: DoorAnswer): Buffer {
  const response = answer.allow
    ? {
        status: { code: 0 },
        ok_response: {
          headers: (answer.setHeaders ?? []).map(([key, value]) => ({ header: { key, value }, append_action: 2 })),
          headers_to_remove: answer.removeHeaders ?? [],
        },
      }
    : { status: { code: 7 }, denied_response: { status: { code: answer.status }, body: answer.body } };
  return Buffer.from(CheckResponse.encode(CheckResponse.create(response)).finish());
}
