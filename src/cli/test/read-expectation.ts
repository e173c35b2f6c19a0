import type { DocumentReader, Field } from "../document-reader.ts";
import type { Expectation, ShadowExpectation } from "./suite.ts";

const TEXTS = ["decision", "reason", "policy", "rule", "body"] as const;

/** What a test expects. A test that expects nothing would always pass, so it is a fault. */
export function readExpectation(reader: DocumentReader, field: Field): Expectation {
  const members = new Map(reader.entries(field));
  if (members.size === 0) {
    reader.fault(
      field,
      "MissingField",
      `\`${field.path}\` expects nothing`,
      "write `decision: allow` or `decision: deny`, at least",
    );
  }
  const expectation: { -readonly [Key in keyof Expectation]: Expectation[Key] } = {};
  for (const name of TEXTS) {
    const text = reader.text(members.get(name));
    if (text !== undefined) expectation[name] = text;
  }
  const status = reader.text(members.get("status"));
  if (status !== undefined) expectation.status = Number(status);
  const [set, removed, headers] = [members.get("setHeaders"), members.get("removeHeaders"), members.get("headers")];
  if (set !== undefined) expectation.setHeaders = readHeaders(reader, set);
  if (removed !== undefined) expectation.removeHeaders = readTexts(reader, removed).map((name) => name.toLowerCase());
  if (headers !== undefined) expectation.headers = readHeaders(reader, headers);
  const audits = members.get("audits");
  if (audits !== undefined) expectation.audits = readTexts(reader, audits);
  const shadows = members.get("shadows");
  if (shadows !== undefined) {
    expectation.shadows = new Map(reader.entries(shadows).map(([policy, shadow]) => [policy, readShadow(reader, shadow)]));
  }
  return expectation;
}

function readShadow(reader: DocumentReader, field: Field): ShadowExpectation {
  const shadow: { -readonly [Key in keyof ShadowExpectation]: ShadowExpectation[Key] } = {};
  for (const [name, value] of reader.entries(field)) {
    const text = reader.text(value);
    if (text !== undefined) shadow[name as keyof ShadowExpectation] = text;
  }
  return shadow;
}

function readHeaders(reader: DocumentReader, field: Field): ReadonlyMap<string, string> {
  return new Map(reader.entries(field).map(([name, value]) => [name.toLowerCase(), reader.text(value) ?? ""]));
}

function readTexts(reader: DocumentReader, field: Field): readonly string[] {
  return reader.items(field).map((item) => reader.text(item) ?? "");
}
