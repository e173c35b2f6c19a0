import { describe, expect, it } from "vitest";
import { faultsOf, parseExample, runExample } from "./example.ts";
import { strangeWords } from "./example-form.ts";
import { fencesOf, readPage } from "./fences.ts";

const PAGE = "semantics.md";

/** The line above each block names the sentence that the block is an example of. */
const examples = fencesOf(readPage(PAGE)).filter(({ language, info }) => language === "yaml" && info === "example");

describe(`the examples of docs/${PAGE}`, () => {
  it("are many", () => {
    expect(examples.length).toBeGreaterThan(60);
  });

  for (const { text, line } of examples) {
    it(`line ${line} is decided as it says`, async () => {
      const example = parseExample(text);
      expect(strangeWords(example)).toEqual([]);
      expect(faultsOf(example)).toEqual(example.faults ?? []);
      expect(await runExample(example)).toEqual(example.requests);
    });
  }
});
