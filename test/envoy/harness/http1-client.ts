import type { Duplex } from "node:stream";

/** A response in the form that every client of the harness gives. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case, repeated ones apart. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/**
 * Writes the bytes of one request as they are and reads one response. Node's own client would refuse, correct or join what an attacker
 * may send. The request should ask for `connection: close`; whatever the connection does, reading ends with the body.
 */
export function exchangeHttp1(socket: Duplex, request: string): Promise<RawResponse> {
  // What answers HEAD has the headers of a body and none (RFC 9110 §9.3.2).
  const bodiless = request.startsWith("HEAD ");
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const finish = (ended: boolean): void => {
      const response = parseResponse(received, ended, bodiless);
      if (response === undefined) return;
      socket.destroy();
      resolve(response);
    };
    socket.on("data", (part: Buffer) => {
      received = Buffer.concat([received, part]);
      finish(false);
    });
    socket.on("error", reject);
    socket.on("end", () => finish(true));
    socket.on("close", () => reject(Object.assign(new Error("closed without a response"), { code: "CLOSED" })));
    socket.write(Buffer.from(request, "latin1"));
  });
}

/** `undefined` while the response is incomplete. `ended`: nothing more will come. */
function parseResponse(received: Buffer, ended: boolean, bodiless: boolean): RawResponse | undefined {
  const text = received.toString("latin1");
  const split = text.indexOf("\r\n\r\n");
  if (split < 0) return undefined;
  const [first = "", ...lines] = text.slice(0, split).split("\r\n");
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = Number(first.split(" ")[1]);
  const body = bodiless ? "" : readBody(text.slice(split + 4), new Map(headers), ended);
  return body === undefined ? undefined : { status, headers, body };
}

function readBody(rest: string, headers: ReadonlyMap<string, string>, ended: boolean): string | undefined {
  const length = headers.get("content-length");
  if (length !== undefined) return rest.length >= Number(length) ? rest.slice(0, Number(length)) : undefined;
  if (headers.get("transfer-encoding") !== "chunked") return ended ? rest : undefined;
  let body = "";
  for (let at = 0; ; ) {
    const line = rest.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(rest.slice(at, line), 16);
    if (size === 0) return body;
    if (rest.length < line + 2 + size + 2) return undefined;
    body += rest.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
