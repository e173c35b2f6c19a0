import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PathReading } from "../../../src/policy/match/path-reading.ts";
import { createPathSet } from "../../../src/policy/match/path-set.ts";
import { compilePath, type PathPattern } from "../../../src/policy/match/path-template.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../../../src/policy/model/tri.ts";

function patterns(texts: readonly string[], caseInsensitive = false): PathPattern[] {
  return texts.map((text) => {
    const compiled = compilePath(text, { caseInsensitive });
    if (!compiled.ok) throw new Error(compiled.message);
    return compiled.pattern;
  });
}

describe("a set of paths", () => {
  it("without patterns matches nothing", () => {
    expect(createPathSet([]).match(new PathReading("/"))).toBe(FALSE);
  });

  it("names the pattern that matched: exact, template, prefix, suffix, any", () => {
    const set = createPathSet(patterns(["*", "*.json", "/a/b*", "/a/{id}", "/a/b.json"]));
    const found = ["/a/b.json", "/a/bc.json", "/a/bc/d.json", "/x/d.json", "/x"].map(
      (path) => set.find(new PathReading(path))?.text,
    );
    expect(found).toEqual(["/a/b.json", "/a/{id}", "/a/b*", "*.json", "*"]);
  });

  it("tries the variable where the literal leads nowhere", () => {
    const set = createPathSet(patterns(["/a/b/c", "/a/{x}/d", "/{y}/b/e", "/a/b/{z}/f"]));
    const verdicts = ["/a/b/d", "/a/b/e", "/a/b/c", "/a/b/x/f", "/a/b/x"].map((path) => set.match(new PathReading(path)));
    expect(verdicts).toEqual([TRUE, TRUE, TRUE, TRUE, FALSE]);
  });

  it("mixes patterns that regard case with patterns that do not", () => {
    const set = createPathSet([...patterns(["/Public"]), ...patterns(["/admin", "/api/*"], true)]);
    const verdicts = ["/Public", "/public", "/ADMIN", "/adm\u0131n", "/AP\u0130/x", "/x"].map((path) =>
      set.match(new PathReading(path)),
    );
    expect(verdicts).toEqual([TRUE, FALSE, TRUE, UNKNOWN, UNKNOWN, FALSE]);
  });

  it("says what the patterns one by one say", () => {
    const part = fc.constantFrom("a", "b", "ab", "B", "\u0131", "i", "\u0130");
    const segments = fc.array(part, { minLength: 1, maxLength: 3 });
    const text = fc.oneof(
      segments.map((list) => `/${list.join("/")}`),
      segments.map((list) => `/${list.join("/")}*`),
      segments.map((list) => `/${list.join("/")}/*`),
      segments.map((list) => `*${list.join("/")}`),
      segments.map((list) => `/{x}/${list.join("/")}`),
      segments.map((list) => `/${list.join("/")}/{x}/{**}`),
      segments.map((list) => `/${list.join("/")}/{**}`),
    );
    const path = fc.tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean());
    const pattern = fc.tuple(text, fc.boolean()).map(([value, caseInsensitive]) => patterns([value], caseInsensitive));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), path, (lists, [list, slash]) => {
        const all = lists.flat();
        const reading = new PathReading(`/${list.join("/")}${slash ? "/" : ""}`);
        const verdicts = all.map((one) => one.match(reading));
        const set = createPathSet(all);
        expect(set.match(reading)).toBe(Math.max(FALSE, ...verdicts) as Tri);
        const found = set.find(reading);
        expect(found === undefined ? FALSE : found.match(reading)).toBe(verdicts.includes(TRUE) ? TRUE : FALSE);
      }),
      { numRuns: 5000 },
    );
  });
});
