import { nearest } from "../../policy/model/nearest.ts";
import type { DocumentReader, Field } from "../document-reader.ts";

/** The entry of that name; another name is a fault, told with the nearest. */
export function lookUp<Value>(
  reader: DocumentReader,
  field: Field,
  name: string,
  what: string,
  entries: ReadonlyMap<string, Value>,
): Value | undefined {
  const found = entries.get(name);
  if (found !== undefined) return found;
  const close = nearest(name, entries.keys());
  const names = [...entries.keys()].map((known) => `\`${known}\``).join(", ");
  const help =
    close !== undefined ? `did you mean \`${close}\`?` : names === "" ? `describe it under \`${what}\`` : `there are ${names}`;
  reader.fault(field, "UnknownName", `\`${what}\` has no entry \`${name}\``, help);
  return undefined;
}
