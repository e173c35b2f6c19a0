import { describe, expect, it } from "vitest";
import { readPath } from "../../../src/policy/match/path.ts";
import type { PathReading } from "../../../src/policy/match/path-reading.ts";
import { createPathSet } from "../../../src/policy/match/path-set.ts";
import { compilePath } from "../../../src/policy/match/path-template.ts";
import { encodeUtf8 } from "../../../src/policy/match/utf8.ts";
import { FALSE, TRUE } from "../../../src/policy/model/tri.ts";

const set = (texts: readonly string[], caseInsensitive = false): ReturnType<typeof createPathSet> =>
  createPathSet(
    texts.map((text) => {
      const compiled = compilePath(text, { caseInsensitive });
      if (!compiled.ok) throw new Error(compiled.message);
      return compiled.pattern;
    }),
  );

/** Whether a policy of one Allow and perhaps one Deny admits a path: an Allow in every reading, a Deny in any, an unknown Deny too. */
function admits(raw: string, allow: readonly string[], deny: readonly string[], caseInsensitive = false): boolean {
  const path = readPath(encodeUtf8(raw), "shop");
  if (typeof path === "string") return false;
  const readings = [path.asWritten, path.stripped].filter((reading) => reading !== undefined);
  const all: PathReading[] = readings.flatMap((reading) =>
    reading.withoutSlash === undefined ? [reading] : [reading, reading.withoutSlash],
  );
  const denied = set(deny, caseInsensitive);
  const allowed = set(allow, caseInsensitive);
  return !all.some((reading) => denied.match(reading) !== FALSE) && readings.every((reading) => allowed.match(reading) === TRUE);
}

describe("the protected `/admin/{**}` stays shut", () => {
  const attacks: readonly (readonly [string, string])[] = [
    ["B01", "/public/../admin"],
    ["B02", "/./admin"],
    ["B03", "//admin"],
    ["B04", "///admin//x"],
    ["B05", "/public%2F..%2Fadmin"],
    ["B06", "/public%2f..%2fadmin"],
    ["B07", "/public%5C..%5Cadmin"],
    ["B07", "/\\admin"],
    ["B08", "/%61dmin"],
    ["B09", "/%2561dmin"],
    ["B09", "/public%252F..%252Fadmin"],
    ["B10", "/admin?"],
    ["B10", "/admin?x=/public"],
    ["B11", "/admin#x"],
    ["B11", "/admin%23x"],
    ["B11", "/public#/../admin"],
    ["B12", "/admin;x=y"],
    ["B12", "/admin;/x"],
    ["B12", "/a;b/../admin"],
    ["B12", "/user/..;/admin"],
    ["B12", "/.;/admin"],
    ["B13", "/admin/"],
    ["B13", "/admin/;x"],
    ["B13", "/admin/."],
    ["B15", "/admin%00"],
    ["B15", "/admin%0a"],
    ["B16", "/%c0%af/admin"],
    ["B16", "/public／..／admin"],
    ["B17", "admin/x"],
    ["B18", ""],
    ["B18", "*"],
    ["B18", "shop:443"],
    ["B19", "http://other/admin"],
    ["B19", "http://shop/admin"],
    ["B21", "/%zz/admin"],
    ["B22", `/${"public/".repeat(9000)}../admin`],
    ["B23", "/public/%2e%2e/admin"],
    ["B23", "/public/.%2e/admin"],
  ];
  for (const [id, raw] of attacks) {
    const shown = raw.length > 60 ? `${raw.slice(0, 20)}…` : JSON.stringify(raw);
    it(`${id}: ${shown} passes neither an Allow for other paths nor an Allow-all with a Deny`, () => {
      expect([admits(raw, ["/public/{**}"], []), admits(raw, ["*"], ["/admin/{**}"])]).toEqual([false, false]);
    });
  }

  it("B12: parameters open nothing that either reading shuts", () => {
    expect([
      admits("/public;/x", ["/public/{**}"], []),
      admits("/a;b/admin", ["*"], ["/a/admin"]),
      admits("/a;b/admin", ["/a;b/admin"], []),
    ]).toEqual([false, false, false]);
  });

  it("B14, B91: case opens nothing where the policy disregards it", () => {
    for (const raw of ["/ADMIN", "/Admin/x", "/adm\u0131n", "/ADM\u0130N", "/adm%C4%B1n/x"]) {
      expect([admits(raw, ["/public/{**}"], [], true), admits(raw, ["*"], ["/admin/{**}"], true)]).toEqual([false, false]);
    }
    expect([admits("/\u0131nfo", ["/info"], [], true), admits("/INFO", ["/info"], [], true)]).toEqual([false, true]);
  });

  it("B20: a literal wildcard in a request is a name like any other", () => {
    const texts = ["/{**}", "/*", "/{name}", "/public/{id}"];
    expect(texts.map((raw) => admits(raw, ["/public/{id}"], []))).toEqual([false, false, false, true]);
    expect(admits("/admin/{**}", ["*"], ["/admin/{**}"])).toBe(false);
  });

  it("and what is meant to pass does", () => {
    expect([
      admits("/public/x", ["/public/{**}"], []),
      admits("/public/x/", ["*"], ["/admin/{**}"]),
      admits("/administrator", ["*"], ["/admin/{**}"]),
    ]).toEqual([true, true, true]);
  });
});
