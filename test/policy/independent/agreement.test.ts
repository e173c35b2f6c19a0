import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEngine } from "./engine.ts";
import { call } from "./generate-calls.ts";
import { world } from "./generate-worlds.ts";
import { interpret } from "./interpreter.ts";
import { KEYS, TOKENS } from "./palette.ts";

/** A case is one request in one world; SALLYPORT_CASES asks for more of them and SALLYPORT_SEED for the same again. */
const CALLS_A_WORLD = 10;
const cases = Number(process.env["SALLYPORT_CASES"] ?? 3000);
const seed = Number(process.env["SALLYPORT_SEED"] ?? Date.now() % 2 ** 31);

test(`the engine and an independent reading of the page agree on ${cases} cases (SALLYPORT_SEED=${seed})`, {
  timeout: 0,
}, async () => {
  const calls = fc.array(call, { minLength: CALLS_A_WORLD, maxLength: CALLS_A_WORLD });
  await fc.assert(
    fc.asyncProperty(world, calls, async (manifests, requests) => {
      const engine = createEngine(manifests, TOKENS, KEYS);
      for (const request of requests) {
        expect(await engine(request)).toEqual(interpret(manifests, request, TOKENS, KEYS));
      }
    }),
    { numRuns: Math.ceil(cases / CALLS_A_WORLD), seed },
  );
});
