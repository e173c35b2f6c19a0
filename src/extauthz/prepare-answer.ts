import type { AllowAnswer, DenyAnswer } from "../policy/model/decision.ts";
import { encodeVerdict } from "./encode.ts";
import { type AnswerMetadata, encodeStruct } from "./encode-struct.ts";
import { createHeaderNames } from "./header-names.ts";
import { fieldLength, textField, writeVarint } from "./wire-writer.ts";

/** Metadata whose fixed fields are encoded once and whose other fields are texts that change from one request to the next. */
export interface PreparedMetadata {
  readonly fixed: Uint8Array;
  /** For each changing field: its name as an encoded map key. */
  readonly keys: readonly Uint8Array[];
}

/** `names` are the changing fields, in the order of the texts that `render` gets. */
export function prepareMetadata(fixed: AnswerMetadata, names: readonly string[]): PreparedMetadata {
  return { fixed: encodeStruct(fixed), keys: names.map((name) => textField(1, name)) };
}

/** Renders CheckResponses; answers that decisions share are encoded once. */
export interface AnswerRenderer {
  /** A text that is `undefined` leaves its field out. The bytes are the caller's to keep. */
  render(answer: AllowAnswer | DenyAnswer, metadata: PreparedMetadata, texts: readonly (string | undefined)[]): Uint8Array;
}

/** An answer that decisions share (`policy/model/decision.ts`) is remembered as long as somebody holds it. */
export function createAnswerRenderer(): AnswerRenderer {
  const verdicts = new WeakMap<AllowAnswer | DenyAnswer, Buffer>();
  const names = createHeaderNames();
  return {
    render(answer, metadata, texts) {
      let verdict = verdicts.get(answer);
      if (verdict === undefined) {
        verdict = encodeVerdict(answer, names);
        if (answer.kind === "deny" || answer.unique !== true) verdicts.set(answer, verdict);
      }
      return assemble(verdict, metadata, texts);
    },
  };
}

const DYNAMIC_METADATA = 0x22;
const STRUCT_FIELDS = 0x0a;
const ENTRY_VALUE = 0x12;
const STRING_VALUE = 0x1a;

/**
 * Lengths first, then one buffer of exactly that size: what changes stands behind what does not, so that the latter is copied. Ids and callers are
 * ASCII, so a character is taken for a byte until one is not.
 */
function assemble(verdict: Buffer, metadata: PreparedMetadata, texts: readonly (string | undefined)[]): Buffer {
  return (
    fill(verdict, metadata, texts, (text) => text.length, writeAscii) ??
    (fill(verdict, metadata, texts, utf8Length, writeUtf8) as Buffer)
  );
}

/** `undefined` where `write` gives up. */
function fill(
  verdict: Buffer,
  { fixed, keys }: PreparedMetadata,
  texts: readonly (string | undefined)[],
  lengthOf: (text: string) => number,
  write: (bytes: Buffer, start: number, text: string) => boolean,
): Buffer | undefined {
  let struct = fixed.length;
  for (let index = 0; index < keys.length; index++) {
    const text = texts[index];
    if (text !== undefined) struct += fieldLength(entryLength(keys[index] as Uint8Array, lengthOf(text)));
  }
  const bytes = Buffer.allocUnsafe(verdict.length + fieldLength(struct));
  bytes.set(verdict, 0);
  let pos = verdict.length;
  bytes[pos++] = DYNAMIC_METADATA;
  pos = writeVarint(bytes, pos, struct);
  bytes.set(fixed, pos);
  pos += fixed.length;
  for (let index = 0; index < keys.length; index++) {
    const text = texts[index];
    if (text === undefined) continue;
    const key = keys[index] as Uint8Array;
    const length = lengthOf(text);
    bytes[pos++] = STRUCT_FIELDS;
    pos = writeVarint(bytes, pos, entryLength(key, length));
    bytes.set(key, pos);
    pos += key.length;
    bytes[pos++] = ENTRY_VALUE;
    pos = writeVarint(bytes, pos, fieldLength(length));
    bytes[pos++] = STRING_VALUE;
    pos = writeVarint(bytes, pos, length);
    if (!write(bytes, pos, text)) return undefined;
    pos += length;
  }
  return bytes;
}

function entryLength(key: Uint8Array, text: number): number {
  return key.length + fieldLength(fieldLength(text));
}

function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function writeUtf8(bytes: Buffer, start: number, text: string): true {
  bytes.write(text, start, "utf8");
  return true;
}

/** Short texts take less time here than the way into a native function. */
function writeAscii(bytes: Buffer, start: number, text: string): boolean {
  let high = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    bytes[start + index] = code;
    high |= code;
  }
  return high < 0x80;
}
