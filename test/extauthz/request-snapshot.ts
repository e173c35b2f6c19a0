import type { Request, RequestPeer } from "../../src/policy/model/request.ts";

/** Everything that a request says, read through its public face. */
export function snapshot(request: Request): object {
  const { headers, body } = request;
  return {
    method: request.method,
    path: request.path,
    host: request.host,
    scheme: request.scheme,
    protocol: request.protocol,
    time: request.time,
    headers: headers.names().map((name) => [name, headers.values(name)]),
    body: body === undefined ? undefined : { bytes: Buffer.from(body.bytes).toString("latin1"), truncated: body.truncated },
    source: peer(request.source),
    destination: peer(request.destination),
    labels: [...request.labels],
    extensions: [...request.extensions],
  };
}

function peer({ address, port, principal, certificate }: RequestPeer): object {
  return { address, port, principal, certificate };
}
