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

/** The body and its `Cache-Control` (empty where there is none), or why there is no body. */
type Posted =
  | { readonly ok: true; readonly text: string; readonly cacheControl: string }
  | { readonly ok: false; readonly error: string };

interface PostPolicy extends FetchPolicy {
  /** The value of the Authorization header. */
  readonly authorization: string;
}

/** The same way out, with a form to bring along. */
export interface FormPoster {
  /** POSTs a form and gets a small text document. Never rejects. */
  postForm(url: string, form: Readonly<Record<string, string>>, policy: PostPolicy): Promise<Posted>;
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
 * (both relaxed by the provider's object), no redirects, no credentials but those that a question about a token brings, no cookies, no proxy, no
 * compression, bounded in size and time.
 * The content type is not looked at: providers disagree about it, and the text must parse anyway.
 *
 * Strict and relaxed providers have pools of their own, so that a strict one never rides on a connection the other was allowed to open.
 */
export function createFetcher({
  timeout = DEFAULT_TIMEOUT,
  maxBytes = DEFAULT_MAX_BYTES,
  resolve,
}: FetcherOptions = {}): Fetcher & FormPoster {
  const createAgent = (allowPrivateAddresses: boolean, connections: number): Agent =>
    new Agent({
      connect: createConnector({ allowPrivateAddresses, timeout, ...(resolve === undefined ? {} : { resolve }) }),
      connections,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      maxHeaderSize: 16 * 1024,
      // A fetch every few minutes gains nothing from a kept connection, and DNS is asked anew each time.
      keepAliveTimeout: 1000,
      keepAliveMaxTimeout: 1000,
    });
  const getters = { strict: createAgent(false, 4), relaxed: createAgent(true, 4) };
  // Questions about tokens are many and callers wait for them; whoever asks bounds their number, and this is the same.
  const posters = { strict: createAgent(false, 16), relaxed: createAgent(true, 16) };

  async function carry(url: string, policy: FetchPolicy, agents: typeof getters, message: Message): Promise<Posted> {
    const refused = refuseUrl(url, policy);
    if (refused !== undefined) return { ok: false, error: refused };
    try {
      return await exchange(url, policy.allowPrivateAddresses ? agents.relaxed : agents.strict, message, timeout, maxBytes);
    } catch (error) {
      return { ok: false, error: explain(error, timeout) };
    }
  }

  return {
    async fetchText(url, policy) {
      const answer = await carry(url, policy, getters, { method: "GET", headers: { accept: DOCUMENTS } });
      return answer.ok ? { ok: true, text: answer.text } : answer;
    },
    postForm: (url, form, policy) =>
      carry(url, policy, posters, {
        method: "POST",
        headers: {
          accept: "application/json",
          authorization: policy.authorization,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams(form).toString(),
      }),
    async close() {
      await Promise.all([...Object.values(getters), ...Object.values(posters)].map((agent) => agent.destroy()));
    },
  };
}

const DOCUMENTS = "application/json, application/jwk-set+json";

interface Message {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function refuseUrl(url: string, { allowPrivateAddresses }: FetchPolicy): string | undefined {
  if (!URL.canParse(url)) return "not a URL";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && allowPrivateAddresses)) return `\`${protocol}\` URLs are not fetched`;
  if (username !== "" || password !== "") return "URLs with credentials are not fetched";
  return undefined;
}

async function exchange(url: string, dispatcher: Agent, message: Message, timeout: number, maxBytes: number): Promise<Posted> {
  const { statusCode, headers, body } = await request(url, {
    ...message,
    dispatcher,
    signal: AbortSignal.timeout(timeout),
    headers: { ...message.headers, "accept-encoding": "identity" },
  });
  const refused = refuseAnswer(statusCode, headers["content-encoding"]);
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
  const cacheControl = [headers["cache-control"] ?? ""].flat().join(",");
  return { ok: true, text: Buffer.concat(chunks).toString("utf8"), cacheControl };
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
