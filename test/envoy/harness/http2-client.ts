import { type ClientSessionOptions, connect } from "node:http2";
import type { Duplex } from "node:stream";
import type { RawResponse } from "./http1-client.ts";

/** One request over HTTP/2 on a socket that is already connected. `fields` holds pseudo-headers and headers in order, repeated ones apart. */
export function exchangeHttp2(
  socket: Duplex,
  fields: readonly (readonly [string, string])[],
  body: string,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    // Lets a field occur twice that should occur once. Clients take the option too, which the type does not say.
    const options = { createConnection: () => socket, strictSingleValueFields: false } satisfies ClientSessionOptions & {
      strictSingleValueFields: boolean;
    };
    const session = connect("http://sidecar.test", options);
    const fail = (error: Error): void => {
      session.destroy();
      reject(error);
    };
    session.on("error", fail);
    session.on("close", () => reject(Object.assign(new Error("closed without a response"), { code: "CLOSED" })));
    const stream = session.request(fields.flat(), { endStream: body === "" });
    const parts: Buffer[] = [];
    let status = 0;
    let headers: readonly (readonly [string, string])[] = [];
    stream.on("error", fail);
    stream.on("response", (named, _flags, raw: string[]) => {
      status = Number(named[":status"]);
      headers = pairs(raw).filter(([name]) => !name.startsWith(":"));
    });
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => {
      if (status === 0) return fail(Object.assign(new Error("the stream ended without a response"), { code: "RESET" }));
      resolve({ status, headers, body: Buffer.concat(parts).toString("latin1") });
      session.destroy();
    });
    if (body !== "") stream.end(Buffer.from(body, "latin1"));
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) found.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  return found;
}
