import { isMap, Pair, Scalar, YAMLMap } from "yaml";
import type { DocumentReader, Field } from "../document-reader.ts";
import { readRequest } from "../request-file.ts";
import { joinNodes } from "./join-nodes.ts";
import { lookUp } from "./look-up.ts";
import { readExpectation } from "./read-expectation.ts";
import type { SuiteIdentity } from "./read-identity.ts";
import type { SuiteSettings, SuiteTest } from "./suite.ts";

/** What the tests of a suite refer to. */
export interface Fixtures {
  readonly identities: ReadonlyMap<string, SuiteIdentity>;
  readonly requests: ReadonlyMap<string, Field>;
  readonly settings: SuiteSettings;
}

/** One test; `undefined` where its request cannot be told. */
export function readTest(reader: DocumentReader, field: Field, fixtures: Fixtures): SuiteTest | undefined {
  const members = new Map(reader.entries(field));
  const identities = readCallers(reader, members.get("as"), fixtures);
  const document = readRequestNode(reader, members, identities, fixtures);
  const request = document === undefined ? undefined : readRequest(reader, document, fixtures.settings);
  const expectation = members.get("expect");
  const expect = expectation === undefined ? {} : readExpectation(reader, expectation);
  if (request === undefined) return undefined;
  return {
    name: reader.text(members.get("name")) ?? "",
    source: reader.positionOf(field),
    request,
    credentials: identities.flatMap(({ credentials }) => credentials),
    expect,
  };
}

function readCallers(reader: DocumentReader, field: Field | undefined, { identities }: Fixtures): readonly SuiteIdentity[] {
  const callers: SuiteIdentity[] = [];
  for (const item of field === undefined ? [] : reader.items(field)) {
    const identity = lookUp(reader, item, reader.text(item) ?? "", "identities", identities);
    if (identity === undefined) continue;
    const other = callers.find(({ peer }) => peer !== undefined && identity.peer !== undefined);
    if (other !== undefined) {
      const message = `\`${other.name}\` and \`${identity.name}\` are two workloads, and a call comes from one`;
      reader.fault(item, "Contradiction", message, "keep one of them");
    }
    callers.push(identity);
  }
  return callers;
}

/** The request as it is written, with what `with` changes and with the workload that `as` names as its source. */
function readRequestNode(
  reader: DocumentReader,
  members: ReadonlyMap<string, Field>,
  identities: readonly SuiteIdentity[],
  { requests }: Fixtures,
): Field | undefined {
  const written = members.get("request");
  if (written === undefined) return undefined;
  const base = isMap(written.node) ? written : lookUp(reader, written, reader.text(written) ?? "", "requests", requests);
  if (base === undefined) return undefined;
  const patch = members.get("with");
  let node = patch === undefined ? base.node : joinNodes(base.node, patch.node, reader.resolve);
  for (const { peer } of identities) {
    if (peer !== undefined) node = joinNodes(node, asSource(peer), reader.resolve);
  }
  return { path: written.path, node, offset: written.offset };
}

/** `source: {serviceAccount: …}` around what the identity says, whose place in the text it keeps. It takes the place of any other name of the peer. */
function asSource({ name, field }: NonNullable<SuiteIdentity["peer"]>): YAMLMap {
  const keyAt = (text: string): Scalar => {
    const key = new Scalar(text);
    key.range = [field.offset, field.offset, field.offset];
    return key;
  };
  const source = new YAMLMap();
  source.items.push(new Pair(keyAt(name), field.node));
  source.items.push(new Pair(keyAt(name === "principal" ? "serviceAccount" : "principal"), new Scalar(null)));
  const root = new YAMLMap();
  root.items.push(new Pair(keyAt("source"), source));
  return root;
}
