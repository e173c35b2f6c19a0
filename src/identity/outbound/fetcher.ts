import { Agent, request } from "undici";
import { createConnector, type Resolve } from "./connector.ts";

/** What a fetch needs to know of the provider that asks. */
interface FetchPolicy {
  /** Accepts loopback, link-local and private addresses, and plain `http:`. */
  readonly allowPrivateAddresses: boolean;
}

/** The body, or why there is none. */
type Fetched = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/** The only way out of the process for identities. */
export interface Fetcher {
  /** GETs a small text document. Never rejects. */
  fetchText(url: string, policy: FetchPolicy): Promise<Fetched>;
  close(): Promise<void>;
}

export interface FetcherOptions {
  /** Milliseconds for a fetch as a whole, from DNS to the last byte. */
  readonly timeout?: number;
  /** Bytes of a body. */
  readonly maxBytes?: number;
  /** Another resolver than the system's. */
  readonly resolve?: Resolve;
}

const DEFAULT_TIMEOUT = 5000;
const DEFAULT_MAX_BYTES = 512 * 1024;

/**
 * Fetches documents that objects in the cluster name, as carefully as a URL from a stranger deserves: `https:` only, public addresses only
 * (both relaxed by the provider's object), no redirects, no credentials, no cookies, no proxy, no compression, bounded in size and time.
 * The content type is not looked at: providers disagree about it, and the text must parse anyway.
 *
 * Strict and relaxed providers have pools of their own, so that a strict one never rides on a connection the other was allowed to open.
 */
export function createFetcher({
  timeout = DEFAULT_TIMEOUT,
  maxBytes = DEFAULT_MAX_BYTES,
  resolve,
}: FetcherOptions = {}): Fetcher {
  const createAgent = (allowPrivateAddresses: boolean): Agent =>
    new Agent({
      connect: createConnector({ allowPrivateAddresses, timeout, ...(resolve === undefined ? {} : { resolve }) }),
      connections: 4,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      maxHeaderSize: 16 * 1024,
      // A fetch every few minutes gains nothing from a kept connection, and DNS is asked anew each time.
      keepAliveTimeout: 1000,
      keepAliveMaxTimeout: 1000,
    });
  const strict = createAgent(false);
  const relaxed = createAgent(true);

  return {
    async fetchText(url, policy) {
      const refused = refuseUrl(url, policy);
      if (refused !== undefined) return { ok: false, error: refused };
      const dispatcher = policy.allowPrivateAddresses ? relaxed : strict;
      try {
        return await get(url, dispatcher, timeout, maxBytes);
      } catch (error) {
        return { ok: false, error: explain(error, timeout) };
      }
    },
    async close() {
      await Promise.all([strict.destroy(), relaxed.destroy()]);
    },
  };
}

function refuseUrl(url: string, { allowPrivateAddresses }: FetchPolicy): string | undefined {
  if (!URL.canParse(url)) return "not a URL";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && allowPrivateAddresses)) return `\`${protocol}\` URLs are not fetched`;
  if (username !== "" || password !== "") return "URLs with credentials are not fetched";
  return undefined;
}

async function get(url: string, dispatcher: Agent, timeout: number, maxBytes: number): Promise<Fetched> {
  const signal = AbortSignal.timeout(timeout);
  const headers = { accept: "application/json, application/jwk-set+json", "accept-encoding": "identity" };
  const { statusCode, headers: answer, body } = await request(url, { dispatcher, signal, headers });
  const refused = refuseAnswer(statusCode, answer["content-encoding"]);
  if (refused !== undefined) {
    // A body that nobody reads must not raise its abort as an unhandled error.
    body.on("error", () => {}).destroy();
    return { ok: false, error: refused };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop destroys the stream and with it the connection.
    if (size > maxBytes) return { ok: false, error: `the answer is larger than ${maxBytes} bytes` };
    chunks.push(chunk);
  }
  return { ok: true, text: Buffer.concat(chunks).toString("utf8") };
}

function refuseAnswer(status: number, encoding: string | string[] | undefined): string | undefined {
  if (status >= 300 && status < 400) return `redirects are not followed (HTTP ${status})`;
  if (status !== 200) return `HTTP ${status}`;
  if (encoding !== undefined && encoding !== "identity") return "the answer is compressed";
  return undefined;
}

/** Errors of sockets may arrive wrapped, several attempts in one `AggregateError` with no message of its own. */
function explain(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return "the fetch failed";
  if (error.name === "TimeoutError") return `no answer within ${timeout} ms`;
  if (error instanceof AggregateError) return error.errors.map((each) => explain(each, timeout)).join(", ");
  return error.message;
}
