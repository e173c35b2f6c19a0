import type { NameValues } from "../model/evaluation.ts";
import { NameValueCollector } from "./name-values.ts";
import { escapedByte } from "./path-decode.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * Parses a query as a form (WHATWG URL, `application/x-www-form-urlencoded`): pairs between `&`, the value after the first `=`, `+` is a
 * space, each escape decoded once. `raw` is a byte string, as `readPath` gives it. Never fails: a bad escape or invalid UTF-8 leaves the
 * text as it stands and the name ambiguous. So does a `;`, which some servers take for a separator, for the names on both its sides.
 */
export function parseQuery(raw: string): NameValues {
  const collector = new NameValueCollector();
  if (raw === "") return collector;
  for (const pair of raw.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeForm(equals < 0 ? pair : pair.slice(0, equals));
    const value = decodeForm(equals < 0 ? "" : pair.slice(equals + 1));
    collector.add(name.text, value.text);
    if (!name.certain || !value.certain) {
      collector.ambiguous.add(name.text);
      collector.unreadable = true;
    }
    if (pair.includes(";")) {
      collector.ambiguous.add(name.text);
      for (const piece of pair.split(";")) collector.ambiguous.add(decodeForm(piece.split("=", 1)[0] ?? "").text);
    }
  }
  return collector;
}

function decodeForm(raw: string): { readonly text: string; readonly certain: boolean } {
  if (!/[%+\u0080-\uffff]/.test(raw)) return { text: raw, certain: true };
  let bytes = "";
  let certain = true;
  for (let at = 0; at < raw.length; at++) {
    const character = raw.charAt(at);
    if (character === "+") bytes += " ";
    else if (character === "%") {
      const byte = escapedByte(raw, at);
      if (byte < 0) {
        certain = false;
        bytes += "%";
      } else {
        bytes += String.fromCharCode(byte);
        at += 2;
      }
    } else bytes += character;
  }
  const text = decodeUtf8(bytes);
  return text === undefined ? { text: bytes, certain: false } : { text, certain };
}
