import { describe, expect, it } from "vitest";
import { type Answer, createAskOnce, type Question } from "../../../src/identity/answers/ask-once.ts";
import { RecentAnswers } from "../../../src/identity/answers/recent-answers.ts";
import type { Verification } from "../../../src/policy/model/authentication.ts";
import { createManualClock } from "../manual-clock.ts";

const GOOD: Verification = { ok: true, identity: { kind: "introspection", provider: "shop/corp", scopes: [], claims: {} } };
const BAD: Verification = { ok: false, reason: "token_inactive", detail: "" };

/** Questions whose answers the test gives. */
function createDesk(maxAnswers = 100) {
  const clock = createManualClock();
  const askOnce = createAskOnce(clock, { maxAnswers });
  const open = new Map<string, ((answer: Answer) => void)[]>();
  let asked = 0;
  return {
    clock,
    asked: () => asked,
    ask(key: string, lane = "corp"): Verification | Promise<Verification> {
      const question: Question = {
        key,
        lane,
        ask: () =>
          new Promise((resolve) => {
            asked++;
            open.set(key, [...(open.get(key) ?? []), resolve]);
          }),
      };
      return askOnce(question);
    },
    async answer(key: string, verification: Verification, life: number): Promise<void> {
      for (const resolve of open.get(key) ?? []) resolve({ verification, until: clock.now() + life * 1000 });
      open.delete(key);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe("a question", () => {
  it("is asked once for all who ask it at a time, and its answer remembered", async () => {
    const desk = createDesk();
    const waiting = [desk.ask("a"), desk.ask("a"), desk.ask("a")];
    expect(desk.asked()).toBe(1);
    await desk.answer("a", GOOD, 60);
    expect(await Promise.all(waiting.map((each) => Promise.resolve(each)))).toEqual([GOOD, GOOD, GOOD]);
    expect(desk.ask("a")).toBe(GOOD);
    desk.clock.advance(59.9);
    expect(desk.ask("a")).toBe(GOOD);
    desk.clock.advance(0.1);
    expect(desk.ask("a")).toBeInstanceOf(Promise);
    expect(desk.asked()).toBe(2);
  });

  it("is asked again where the answer has no life", async () => {
    const desk = createDesk();
    const first = desk.ask("a");
    await desk.answer("a", BAD, 0);
    expect(await first).toBe(BAD);
    expect(desk.ask("a")).toBeInstanceOf(Promise);
    expect(desk.asked()).toBe(2);
  });

  it("is not answered by another's answer", async () => {
    const desk = createDesk();
    void desk.ask("a");
    await desk.answer("a", GOOD, 60);
    expect(desk.ask("b")).toBeInstanceOf(Promise);
  });
});

describe("a flood of questions", () => {
  it("runs sixteen at a time, keeps some waiting, and refuses the rest at once", async () => {
    const desk = createDesk();
    const answers = Array.from({ length: 16 + 256 + 3 }, (_, index) => desk.ask(`junk ${index}`));
    expect(desk.asked()).toBe(16);
    expect(answers.slice(-3)).toEqual(
      Array.from({ length: 3 }, () => ({
        ok: false,
        reason: "overloaded",
        detail: "too many tokens wait for an answer about them",
      })),
    );
    await desk.answer("junk 0", BAD, 10);
    expect(desk.asked()).toBe(17);
    expect(await answers[0]).toBe(BAD);
  });

  it("to one provider holds up nobody's question to another, and no answer that is remembered", async () => {
    const desk = createDesk();
    void desk.ask("legitimate");
    await desk.answer("legitimate", GOOD, 60);
    for (let index = 0; index < 500; index++) void desk.ask(`junk ${index}`);
    expect(desk.ask("legitimate")).toBe(GOOD);
    const other = desk.ask("x", "other");
    await desk.answer("x", GOOD, 60);
    expect(await other).toBe(GOOD);
  });

  it("of refused tokens displaces no good answer", async () => {
    const desk = createDesk(10);
    void desk.ask("legitimate");
    await desk.answer("legitimate", GOOD, 600);
    for (let index = 0; index < 200; index++) {
      void desk.ask(`junk ${index}`);
      await desk.answer(`junk ${index}`, BAD, 10);
    }
    expect(desk.ask("legitimate")).toBe(GOOD);
  });

  it("leaves nothing behind: the lane serves the next as before", async () => {
    const desk = createDesk();
    const answers = Array.from({ length: 100 }, (_, index) => desk.ask(`junk ${index}`));
    while (desk.asked() < 100) for (let index = 0; index < 100; index++) await desk.answer(`junk ${index}`, BAD, 0);
    for (let index = 0; index < 100; index++) await desk.answer(`junk ${index}`, BAD, 0);
    expect(new Set(await Promise.all(answers.map((each) => Promise.resolve(each))))).toEqual(new Set([BAD]));
    void desk.ask("next");
    expect(desk.asked()).toBe(101);
  });
});

describe("recent answers", () => {
  it("are bounded, and keep what is in use", () => {
    const recent = new RecentAnswers(10);
    recent.set("kept", GOOD, 1000);
    for (let index = 0; index < 100; index++) {
      recent.set(`other ${index}`, GOOD, 1000);
      expect(recent.get("kept", 0)).toBe(GOOD);
      expect(recent.size).toBeLessThanOrEqual(11);
    }
  });
});
