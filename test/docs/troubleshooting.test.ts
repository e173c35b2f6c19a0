import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REASONS } from "../../src/policy/model/reason.ts";

const PAGE = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");

test("docs/troubleshooting.md says of every reason what to look at", () => {
  expect(Object.keys(REASONS).filter((reason) => !PAGE.includes(`\`${reason}\``))).toEqual([]);
});
