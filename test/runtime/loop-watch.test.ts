import { expect, test } from "vitest";
import { createLoopWatch } from "../../src/runtime/loop-watch.ts";

function world(): {
  readonly time: { now: number };
  readonly beat: (at: number) => void;
  readonly waited: (readAt?: number) => number;
} {
  const time = { now: 1000 };
  let run = (): void => {};
  const watch = createLoopWatch({
    now: () => time.now,
    every(_ms, each) {
      run = each;
      return () => {};
    },
  });
  return {
    time,
    beat(at) {
      time.now = at;
      run();
    },
    waited: (readAt) => watch.waited(readAt),
  };
}

test("while the loop is punctual, nothing has waited longer than a beat", () => {
  const { beat, waited } = world();
  for (const at of [1020, 1040, 1060]) beat(at);
  expect([waited(1060), waited(1079)]).toEqual([0, 19]);
});

test("what is read after a late beat may have waited since the beat was due", () => {
  const { beat, waited } = world();
  beat(1020);
  beat(1240);
  expect(waited(1241)).toBe(201);
});

test("what is read late in a long turn has waited since the last beat", () => {
  const { beat, waited } = world();
  beat(1020);
  expect(waited(1320)).toBe(300);
});

test("one beat in time and all is well again", () => {
  const { beat, waited } = world();
  beat(1500);
  beat(1520);
  expect(waited(1521)).toBe(1);
});

test("a transport that does not know when it read a call asks the clock", () => {
  const { time, beat, waited } = world();
  beat(1020);
  time.now = 1100;
  expect(waited()).toBe(80);
});
