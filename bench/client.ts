import { connect, type Socket } from "node:net";
import { grpcFrame } from "./h2load.ts";

/** One answered call. */
export type OnAnswer = (streamId: number, allowed: boolean) => void;

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const WINDOW = 0x7fff_0000;
const FRAME_HEAD = 9;
const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE] = [0, 1, 3, 4, 6, 7, 8];
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, FRAME_HEAD);
  return bytes;
}

/** A header as a literal without indexing, so that every block is the same bytes. Source: RFC 7541 §6.2.2. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
}

const HEADER_BLOCK = Buffer.concat([
  // `:method POST` and `:scheme http` from the static table (RFC 7541 appendix A).
  Buffer.from([0x83, 0x86]),
  literal(":path", "/envoy.service.auth.v3.Authorization/Check"),
  literal(":authority", "sallyport"),
  literal("content-type", "application/grpc"),
  literal("te", "trailers"),
]);

/** The frames of one call, with the stream left open to be filled in. */
export function encodeCall(message: Buffer): Buffer {
  return Buffer.concat([frame(HEADERS, END_HEADERS, 0, HEADER_BLOCK), frame(DATA, END_STREAM, 0, grpcFrame(message))]);
}

/** A load generator's connection: raw HTTP/2 frames, because a client library would be slower than the server it measures. */
export class Connection {
  readonly #socket: Socket;
  readonly #onAnswer: OnAnswer;
  #rest: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #sendWindow = 65_535;
  #received = 0;
  #allowed = new Set<number>();
  #error: Error | undefined;

  private constructor(socket: Socket, onAnswer: OnAnswer) {
    this.#socket = socket;
    this.#onAnswer = onAnswer;
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", (error) => {
      this.#error = error;
    });
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(4, 0);
    settings.writeUInt32BE(WINDOW, 2);
    const window = Buffer.alloc(4);
    window.writeUInt32BE(WINDOW - 65_535, 0);
    socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, settings), frame(WINDOW_UPDATE, 0, 0, window)]));
  }

  static open(port: number, onAnswer: OnAnswer): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket, onAnswer));
      });
    });
  }

  /** Sends a call that `encodeCall` made; the stream's id, or 0 where the server's window has no room for it yet. */
  send(call: Buffer): number {
    if (this.#error !== undefined) throw this.#error;
    const data = call.length - FRAME_HEAD - HEADER_BLOCK.length - FRAME_HEAD;
    if (data > this.#sendWindow) return 0;
    this.#sendWindow -= data;
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const bytes = Buffer.from(call);
    bytes.writeUInt32BE(stream, 5);
    bytes.writeUInt32BE(stream, FRAME_HEAD + HEADER_BLOCK.length + 5);
    this.#socket.write(bytes);
    return stream;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let buffer = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (buffer.length - at >= FRAME_HEAD) {
      const length = buffer.readUIntBE(at, 3);
      if (buffer.length - at < FRAME_HEAD + length) break;
      this.#frame(buffer, at, length);
      at += FRAME_HEAD + length;
    }
    this.#rest = buffer.subarray(at);
    if (this.#received > 1 << 20) {
      const window = Buffer.alloc(4);
      window.writeUInt32BE(this.#received, 0);
      this.#received = 0;
      this.#socket.write(frame(WINDOW_UPDATE, 0, 0, window));
    }
  }

  #frame(buffer: Buffer, at: number, length: number): void {
    const type = buffer[at + 3];
    const flags = buffer[at + 4] ?? 0;
    const stream = buffer.readUInt32BE(at + 5);
    const payload = at + FRAME_HEAD;
    if (type === DATA) {
      this.#received += length;
      // CheckResponse.status without fields (0x0a 0x00) is OK: the call is allowed.
      if (length > 6 && buffer[payload + 5] === 0x0a && buffer[payload + 6] === 0) this.#allowed.add(stream);
    } else if (type === HEADERS && (flags & END_STREAM) !== 0) this.#onAnswer(stream, this.#allowed.delete(stream));
    else if (type === SETTINGS && (flags & ACK) === 0) this.#socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    else if (type === PING && (flags & ACK) === 0)
      this.#socket.write(frame(PING, ACK, 0, buffer.subarray(payload, payload + length)));
    else if (type === WINDOW_UPDATE && stream === 0) this.#sendWindow += buffer.readUInt32BE(payload);
    else if (type === RST_STREAM || type === GOAWAY)
      this.#error = new Error(
        `the server ended a stream or the connection: frame ${type}, code ${buffer.readUInt32BE(payload + length - 4)}`,
      );
  }
}
