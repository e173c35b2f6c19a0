import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";
import { createCheckDecoder } from "./decode.ts";
import { encodeAnswer } from "./encode.ts";

/** What the transport knows of one call. */
interface CheckCall {
  /** When the caller stops waiting, in milliseconds since the epoch; `undefined` when it did not say. */
  readonly deadline: number | undefined;
  /** When its bytes were read, in milliseconds by a monotonic clock; `undefined` where the transport does not know. */
  readonly readAt: number | undefined;
}

/** A CheckResponse: `AnswerRenderer.render` or `encodeAnswer` makes it. */
export type EncodedAnswer = Uint8Array;

export type CheckHandler = (request: Request, call: CheckCall) => EncodedAnswer | Promise<EncodedAnswer>;

/** Why the edge answers in the handler's place. */
export interface CheckFault {
  readonly reason: Reason;
  /** What the handler threw, for `internal`. */
  readonly cause?: unknown;
}

export interface CheckDeps {
  readonly check: CheckHandler;
  /** Records the fault and gives the denial that answers it. Never a gRPC error: with `failure_mode_allow` Envoy would let those pass. */
  readonly refuse: (fault: CheckFault) => EncodedAnswer;
  /**
   * Milliseconds that a call whose bytes were read at `readAt` may have waited for this process to look; `undefined`: now. Where absent, no call is
   * refused for having waited.
   */
  readonly waited?: (readAt: number | undefined) => number;
}

export interface CheckCoreOptions {
  /** Bytes; a larger message is refused unread with `request_too_large`. */
  readonly maxMessageBytes: number;
  /** Calls that wait for a promise at one moment; the next is refused with `overloaded`. */
  readonly maxPending: number;
  /** Milliseconds that a call may have waited before it is looked at; others are refused unread with `overloaded`. 0 for no limit. */
  readonly maxQueueTime: number;
}

/** What every transport does with a CheckRequest's bytes. Nothing here throws or rejects. */
export interface CheckCore {
  /** `deadline` in milliseconds since the epoch, `readAt` by a monotonic clock. A promise is returned only where the handler returned one. */
  handle(message: Uint8Array, deadline: number | undefined, readAt?: number): EncodedAnswer | Promise<EncodedAnswer>;
  /** The denial for a message that the transport did not read, because it announced more than `maxMessageBytes`. */
  tooLarge(): EncodedAnswer;
  /** Refuses every waiting call with `deadline`, for a drain that has run out of time. */
  abandon(): void;
}

/** Milliseconds between our own answer and the caller's giving up: enough for it to get there. */
const DEADLINE_MARGIN = 20;

/** Milliseconds that a call without a deadline, or with a far one, may wait. */
const MAX_WAIT = 30_000;

/** For a `refuse` that itself fails. */
const LAST_RESORT = encodeAnswer({ kind: "deny", status: 503, headers: [["x-sallyport-reason", "internal"]], body: "" }, {});

export function createCheckCore(deps: CheckDeps, options: CheckCoreOptions): CheckCore {
  const decode = createCheckDecoder();
  const { maxQueueTime } = options;
  const waited = maxQueueTime > 0 ? deps.waited : undefined;
  const waiting = new Set<() => void>();
  /** Promises of the handler that have not settled, those that nobody waits for any more included. */
  let unsettled = 0;

  const refuse = (fault: CheckFault): EncodedAnswer => {
    try {
      return deps.refuse(fault);
    } catch {
      return LAST_RESORT;
    }
  };

  const settle = (): void => {
    unsettled--;
  };

  const wait = (work: Promise<EncodedAnswer>, deadline: number | undefined): EncodedAnswer | Promise<EncodedAnswer> => {
    unsettled++;
    work.then(settle, settle);
    if (waiting.size >= options.maxPending) return refuse({ reason: "overloaded" });
    return new Promise((resolve) => {
      const late = (): void => {
        end();
        resolve(refuse({ reason: "deadline" }));
      };
      const end = (): boolean => {
        clearTimeout(timer);
        return waiting.delete(late);
      };
      const left = deadline === undefined ? MAX_WAIT : deadline - Date.now() - DEADLINE_MARGIN;
      const timer = setTimeout(late, Math.min(Math.max(left, 0), MAX_WAIT));
      waiting.add(late);
      work.then(
        (answer) => {
          if (end()) resolve(answer);
        },
        (cause: unknown) => {
          if (end()) resolve(refuse({ reason: "internal", cause }));
        },
      );
    });
  };

  return {
    handle(message, deadline, readAt) {
      // Who has waited that long is about to give up. A refusal costs less than a decision, so that the queue gets shorter.
      if (waited !== undefined && waited(readAt) > maxQueueTime) return refuse({ reason: "overloaded" });
      if (message.length > options.maxMessageBytes) return refuse({ reason: "request_too_large" });
      // Work that nobody waits for still takes memory: past twice the bound, no more is begun.
      if (unsettled >= 2 * options.maxPending) return refuse({ reason: "overloaded" });
      try {
        const decoded = decode(message);
        if (!decoded.ok) return refuse({ reason: decoded.reason });
        const answer = deps.check(decoded.request, { deadline, readAt });
        return answer instanceof Uint8Array ? answer : wait(answer, deadline);
      } catch (cause) {
        return refuse({ reason: "internal", cause });
      }
    },
    tooLarge: () => refuse({ reason: "request_too_large" }),
    abandon() {
      for (const late of waiting) late();
    },
  };
}
