import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { parseResource } from "../../src/api/parse-resource.ts";
import { compileWorld } from "../policy/world.ts";
import { fencesOf, readPage } from "./fences.ts";

for (const page of ["coming-from-istio.md", "coming-from-authorino.md", "coming-from-opa.md"]) {
  describe(`the policies of docs/${page}`, () => {
    const blocks = fencesOf(readPage(page)).filter(({ language, info }) => language === "yaml" && info === "policy");

    it("are there", () => {
      expect(blocks.length).toBeGreaterThan(0);
    });

    for (const { text, line } of blocks) {
      it(`line ${line} is accepted without a finding`, () => {
        const outcomes = parseAllDocuments(text).map((document) => parseResource(document.toJS(), { digest: (key) => key }));
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => "resource"));
        const parsed = outcomes.flatMap((each) => (each.outcome === "resource" ? each.diagnostics : []));
        expect([...parsed, ...compileWorld(text).diagnostics]).toEqual([]);
      });
    }
  });
}
