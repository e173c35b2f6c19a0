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

/**
 * An answer that sets no header is one that decisions share (`policy/model/decision.ts`) and is remembered as long as somebody holds it;
 * one that does was made for its request.
 */
export function createAnswerRenderer(): AnswerRenderer {
  const verdicts = new WeakMap<AllowAnswer | DenyAnswer, Buffer>();
  const names = createHeaderNames();
  return {
    render(answer, metadata, texts) {
      let verdict = verdicts.get(answer);
      if (verdict === undefined) {
        verdict = encodeVerdict(answer, names);
        if (answer.kind === "deny" || answer.setHeaders.length === 0) verdicts.set(answer, verdict);
      }
      return assemble(verdict, metadata, texts);
    },
  };
}

const DYNAMIC_METADATA = 0x22;
const STRUCT_FIELDS = 0x0a;
const ENTRY_VALUE = 0x12;
const STRING_VALUE = 0x1a;

/** Lengths first, then one buffer of exactly that size: what changes stands behind what does not, so that both are copies. */
function assemble(verdict: Buffer, { fixed, keys }: PreparedMetadata, texts: readonly (string | undefined)[]): Buffer {
  let struct = fixed.length;
  for (let index = 0; index < keys.length; index++) {
    const text = texts[index];
    if (text !== undefined) struct += fieldLength(entryLength(keys[index] as Uint8Array, byteLength(text)));
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
    if (text !== undefined) pos = writeEntry(bytes, pos, keys[index] as Uint8Array, text);
  }
  return bytes;
}

function writeEntry(bytes: Buffer, start: number, key: Uint8Array, text: string): number {
  const length = byteLength(text);
  let pos = start;
  bytes[pos++] = STRUCT_FIELDS;
  pos = writeVarint(bytes, pos, entryLength(key, length));
  bytes.set(key, pos);
  pos += key.length;
  bytes[pos++] = ENTRY_VALUE;
  pos = writeVarint(bytes, pos, fieldLength(length));
  bytes[pos++] = STRING_VALUE;
  pos = writeVarint(bytes, pos, length);
  bytes.write(text, pos, length === text.length ? "latin1" : "utf8");
  return pos + length;
}

function entryLength(key: Uint8Array, text: number): number {
  return key.length + fieldLength(fieldLength(text));
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
