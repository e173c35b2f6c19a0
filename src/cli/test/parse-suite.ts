import { SETTINGS } from "../../config/settings.ts";
import type { Diagnostic } from "../../policy/model/diagnostic.ts";
import { type DocumentReader, type Field, readDocument } from "../document-reader.ts";
import { checkShape } from "./check-shape.ts";
import { readIdentity, type SuiteIdentity } from "./read-identity.ts";
import { readTest } from "./read-test.ts";
import type { EquivalentMutant, Suite, SuiteSettings, SuiteTest } from "./suite.ts";
import { suiteSchema } from "./suite-schema.ts";

export type SuiteResult =
  | { readonly ok: true; readonly suite: Suite }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Suites are about policies, not about the day they run on. */
const DEFAULT_NOW = Date.UTC(2000, 0, 1);

/** Reads a suite from YAML or JSON. `settings` hold where the suite has none of its own. All faults are told at once, each with its place. */
export function parseSuite(file: string, text: string, settings: SuiteSettings): SuiteResult {
  const reader = readDocument(file, text);
  const root = reader.root();
  if (root !== undefined) checkShape(reader, root, suiteSchema);
  // What has not the shape of a suite would only be told again.
  const suite = root === undefined || reader.diagnostics.length > 0 ? undefined : readSuite(reader, root, file, settings);
  return suite === undefined || reader.diagnostics.length > 0
    ? { ok: false, diagnostics: reader.diagnostics }
    : { ok: true, suite };
}

function readSuite(reader: DocumentReader, root: Field, file: string, outer: SuiteSettings): Suite {
  const members = new Map(reader.entries(root));
  const settings = readSettings(reader, members.get("settings"), outer);
  const identities = new Map<string, SuiteIdentity>();
  for (const [name, field] of entriesOf(reader, members.get("identities"))) {
    identities.set(name, readIdentity(reader, field, name));
  }
  const requests = new Map(entriesOf(reader, members.get("requests")));
  const tests: SuiteTest[] = [];
  for (const field of itemsOf(reader, members.get("tests"))) {
    const test = readTest(reader, field, { identities, requests, settings });
    if (test === undefined) continue;
    const first = tests.find(({ name }) => name === test.name);
    if (first === undefined) tests.push(test);
    else {
      const message = `\`${test.name}\` is the name of the test in line ${first.source.line} already`;
      reader.fault(field, "Duplicate", message, "give it a name of its own");
    }
  }
  return {
    file,
    settings,
    tests,
    now: readNow(reader, members.get("now")),
    policies: itemsOf(reader, members.get("policies")).map((field) => ({
      path: reader.text(field) ?? "",
      source: reader.positionOf(field),
    })),
    equivalents: readEquivalents(reader, members.get("equivalents")),
  };
}

function entriesOf(reader: DocumentReader, field: Field | undefined): readonly (readonly [string, Field])[] {
  return field === undefined ? [] : reader.entries(field);
}

function itemsOf(reader: DocumentReader, field: Field | undefined): readonly Field[] {
  return field === undefined ? [] : reader.items(field);
}

function readEquivalents(reader: DocumentReader, field: Field | undefined): ReadonlyMap<string, EquivalentMutant> {
  return new Map(
    entriesOf(reader, field).map(([id, why]) => [id, { why: reader.text(why) ?? "", source: reader.positionOf(why) }]),
  );
}

/** Settings are written as in the configuration file, and read as there. */
function readSettings(reader: DocumentReader, field: Field | undefined, outer: SuiteSettings): SuiteSettings {
  const own: Partial<Record<keyof SuiteSettings, unknown>> = {};
  for (const [name, value] of entriesOf(reader, field)) {
    const key = name as keyof SuiteSettings;
    const parsed = SETTINGS[key].parse(reader.text(value) ?? "");
    if (parsed.ok) own[key] = parsed.value;
    else reader.fault(value, "InvalidValue", parsed.message, parsed.help);
  }
  return { ...outer, ...(own as Partial<SuiteSettings>) };
}

function readNow(reader: DocumentReader, field: Field | undefined): number {
  const text = reader.text(field);
  if (field === undefined || text === undefined) return DEFAULT_NOW;
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  reader.fault(field, "InvalidTime", `\`${text}\` is not a time`, "write RFC 3339: `2026-01-31T12:00:00Z`");
  return DEFAULT_NOW;
}
