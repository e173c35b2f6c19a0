import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CheckCore, type CheckFault, type CheckHandler, createCheckCore } from "../../src/extauthz/check-core.ts";
import { httpRequest } from "./wire-types.ts";

const NOW = 1_800_000_000_000;
const REQUEST = httpRequest({ method: "GET", path: "/a" });

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** A core that answers a refusal with its reason. */
function coreOf(check: CheckHandler, maxPending = 10): { core: CheckCore; faults: CheckFault[] } {
  const faults: CheckFault[] = [];
  const refuse = (fault: CheckFault): Uint8Array => {
    faults.push(fault);
    return bytes(`refused ${fault.reason}`);
  };
  return { core: createCheckCore({ check, refuse }, { maxMessageBytes: 1000, maxPending, maxQueueTime: 0 }), faults };
}

const answerOf = async (answer: Uint8Array | Promise<Uint8Array>): Promise<string> => Buffer.from(await answer).toString();

test("an answer that is there at once is returned, not promised", () => {
  const { core } = coreOf((request, { deadline }) => bytes(`${request.method} ${request.path} ${deadline}`));
  expect(core.handle(REQUEST, 7)).toEqual(bytes("GET /a 7"));
  expect(vi.getTimerCount()).toBe(0);
});

test("a promised answer is waited for and leaves no timer behind", async () => {
  const { core, faults } = coreOf(() => Promise.resolve(bytes("later")));
  expect(await answerOf(core.handle(REQUEST, NOW + 200))).toBe("later");
  expect([vi.getTimerCount(), faults]).toEqual([0, []]);
});

test("a message larger than the limit is refused unread", () => {
  const { core, faults } = coreOf(() => bytes("never"));
  expect(core.handle(Buffer.alloc(1001, 0xff), undefined)).toEqual(bytes("refused request_too_large"));
  expect(faults).toEqual([{ reason: "request_too_large" }]);
});

test("a message that cannot be read is refused with the decoder's reason", () => {
  const { core, faults } = coreOf(() => bytes("never"));
  expect(core.handle(Buffer.from([0xff]), undefined)).toEqual(bytes("refused request_undecodable"));
  expect(core.handle(httpRequest({ headerMap: { headers: [{ key: "a b" }] } }), undefined)).toEqual(
    bytes("refused header_invalid"),
  );
  expect(faults).toEqual([{ reason: "request_undecodable" }, { reason: "header_invalid" }]);
});

test("a handler that throws or rejects is an internal fault, and the next call is answered", async () => {
  const cause = new Error("broken");
  let calls = 0;
  const { core, faults } = coreOf(() => {
    calls++;
    if (calls === 1) throw cause;
    return calls === 2 ? Promise.reject(cause) : bytes("fine");
  });
  expect(core.handle(REQUEST, undefined)).toEqual(bytes("refused internal"));
  expect(await answerOf(core.handle(REQUEST, undefined))).toBe("refused internal");
  expect(core.handle(REQUEST, undefined)).toEqual(bytes("fine"));
  expect(faults).toEqual([
    { reason: "internal", cause },
    { reason: "internal", cause },
  ]);
});

test("a handler that gives no answer at all is an internal fault", () => {
  const { core } = coreOf((() => undefined) as never);
  expect(core.handle(REQUEST, undefined)).toEqual(bytes("refused internal"));
});

test("a fault that cannot be recorded is still answered with a denial", () => {
  const core = createCheckCore(
    {
      check: () => bytes("never"),
      refuse: () => {
        throw new Error("the log is full");
      },
    },
    { maxMessageBytes: 1000, maxPending: 1, maxQueueTime: 0 },
  );
  expect(Buffer.from(core.handle(Buffer.from([0xff]), undefined) as Uint8Array).toString("latin1")).toContain("internal");
});

test("a call is refused 20 milliseconds before its deadline, and what comes later is dropped", async () => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const { core, faults } = coreOf(() => promise);
  const answer = answerOf(core.handle(REQUEST, NOW + 200));
  await vi.advanceTimersByTimeAsync(179);
  expect(faults).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await answer).toBe("refused deadline");
  resolve(bytes("too late"));
  await vi.runAllTimersAsync();
  expect(faults).toEqual([{ reason: "deadline" }]);
});

test("a rejection after the deadline is neither recorded nor left unhandled", async () => {
  const { promise, reject } = Promise.withResolvers<Uint8Array>();
  const { core, faults } = coreOf(() => promise);
  const answer = answerOf(core.handle(REQUEST, NOW - 5));
  await vi.advanceTimersByTimeAsync(0);
  expect(await answer).toBe("refused deadline");
  reject(new Error("late"));
  await vi.runAllTimersAsync();
  expect(faults).toEqual([{ reason: "deadline" }]);
});

for (const deadline of [undefined, NOW + 10 ** 12]) {
  test(`a call with the deadline ${deadline} waits half a minute at most`, async () => {
    const { core, faults } = coreOf(() => new Promise(() => {}));
    const answer = answerOf(core.handle(REQUEST, deadline));
    await vi.advanceTimersByTimeAsync(29_999);
    expect(faults).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toBe("refused deadline");
  });
}

test("one more waiting call than allowed is refused as overload; one that need not wait is answered", async () => {
  const gates: (() => void)[] = [];
  const { core, faults } = coreOf((request) => {
    if (request.path === "/now") return bytes("now");
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    gates.push(() => resolve(bytes("waited")));
    return promise;
  }, 2);
  const waiting = [core.handle(REQUEST, undefined), core.handle(REQUEST, undefined)];
  expect(core.handle(REQUEST, undefined)).toEqual(bytes("refused overloaded"));
  expect(core.handle(httpRequest({ path: "/now" }), undefined)).toEqual(bytes("now"));
  for (const open of gates) open();
  expect(await Promise.all(waiting.map(answerOf))).toEqual(["waited", "waited"]);
  expect(core.handle(REQUEST, undefined)).toBeInstanceOf(Promise);
  expect(faults).toEqual([{ reason: "overloaded" }]);
});

test("a call that has waited longer than may be is refused unread, and one that has not is answered", () => {
  const asked: (number | undefined)[] = [];
  const waits = [150, 151, 0];
  const coreWith = (maxQueueTime: number): CheckCore =>
    createCheckCore(
      {
        check: () => bytes("answered"),
        refuse: ({ reason }) => bytes(`refused ${reason}`),
        waited(readAt) {
          asked.push(readAt);
          return waits.shift() ?? 10 ** 9;
        },
      },
      { maxMessageBytes: 1000, maxPending: 1, maxQueueTime },
    );
  const core = coreWith(150);
  expect(core.handle(REQUEST, undefined, 7)).toEqual(bytes("answered"));
  expect(core.handle(Buffer.from([0xff]), undefined, 8)).toEqual(bytes("refused overloaded"));
  expect(core.handle(REQUEST, undefined)).toEqual(bytes("answered"));
  expect(asked).toEqual([7, 8, undefined]);
  expect(coreWith(0).handle(REQUEST, undefined)).toEqual(bytes("answered"));
});

test("work that nobody waits for any more counts until it is done, so that it cannot pile up", async () => {
  const gates: (() => void)[] = [];
  const { core } = coreOf(() => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    gates.push(() => resolve(bytes("done")));
    return promise;
  }, 1);
  void core.handle(REQUEST, NOW + 21);
  await vi.advanceTimersByTimeAsync(1);
  void core.handle(REQUEST, NOW + 22);
  await vi.advanceTimersByTimeAsync(1);
  expect(gates.length).toBe(2);
  expect(core.handle(REQUEST, undefined)).toEqual(bytes("refused overloaded"));
  expect(gates.length).toBe(2);
  for (const open of gates) open();
  await vi.advanceTimersByTimeAsync(0);
  expect(core.handle(REQUEST, undefined)).toBeInstanceOf(Promise);
});

test("abandoning refuses every waiting call", async () => {
  const { core, faults } = coreOf(() => new Promise(() => {}));
  const answers = [core.handle(REQUEST, undefined), core.handle(REQUEST, NOW + 10_000)].map(answerOf);
  core.abandon();
  expect(await Promise.all(answers)).toEqual(["refused deadline", "refused deadline"]);
  expect([vi.getTimerCount(), faults.length]).toEqual([0, 2]);
});
