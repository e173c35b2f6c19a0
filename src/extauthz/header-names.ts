import { isSettableHeader } from "../policy/model/settable-header.ts";
import { textField } from "./wire-writer.ts";

/** A header's name as the two messages want it; `undefined` where it may not stand there. */
interface EncodedName {
  /** `key` of a HeaderValue */
  readonly key: Buffer | undefined;
  /** An element of `headers_to_remove` */
  readonly removal: Buffer | undefined;
}

export type HeaderNames = (name: string) => EncodedName;

/** Callers can choose names too, those that equal a policy's but for an underscore: the table is bounded. */
const REMEMBERED = 1024;

/** Names are few and come again with each request: checked and encoded once. */
export function createHeaderNames(): HeaderNames {
  let remembered = new Map<string, EncodedName>();
  return (name) => {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const encoded = {
      key: isSettableHeader(name) ? textField(1, name) : undefined,
      // An underscore twin may be removed though never set.
      removal: isSettableHeader(name.replaceAll("_", "-")) ? textField(5, name) : undefined,
    };
    if (remembered.size >= REMEMBERED) remembered = new Map();
    remembered.set(name, encoded);
    return encoded;
  };
}
