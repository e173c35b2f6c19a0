import { isUtf8 } from "node:buffer";
import type { JsonObject } from "../../policy/model/json-reader.ts";
import { parseStrictObject } from "./strict-json.ts";

/** Larger tokens are refused unread. Envoy's own limit for all headers of a request is 60 KiB. */
export const LONGEST_TOKEN: number = 16 * 1024;

/** A compact JWS whose parts could be read; nothing in it is verified. */
export interface ParsedToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  /** What the signature covers: the first two parts and the dot between them. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/** Why a text is no token: one clause, never the token. */
export interface ParseFault {
  readonly fault: string;
}

/**
 * Reads a JWS in compact serialization (RFC 7515 §7.1) strictly: three parts of base64url without padding and with zero trailing bits
 * (so that one token has one text), header and payload JSON objects in UTF-8 without repeated names.
 */
export function parseToken(text: string): ParsedToken | ParseFault {
  if (text.length > LONGEST_TOKEN) return { fault: `longer than ${LONGEST_TOKEN} bytes` };
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  if (first < 0 || second < 0 || text.includes(".", second + 1)) return { fault: "not three parts joined by dots" };

  const header = decodeObject(text.slice(0, first), "header");
  if ("fault" in header) return header;
  const claims = decodeObject(text.slice(first + 1, second), "payload");
  if ("fault" in claims) return claims;
  const signature = decodeBase64url(text.slice(second + 1));
  if (signature === undefined) return { fault: "the signature is not base64url" };
  return { header: header.object, claims: claims.object, signingInput: text.slice(0, second), signature };
}

function decodeObject(part: string, name: string): { readonly object: JsonObject } | ParseFault {
  const bytes = decodeBase64url(part);
  if (bytes === undefined) return { fault: `the ${name} is not base64url` };
  if (!isUtf8(bytes)) return { fault: `the ${name} is not UTF-8` };
  const object = parseStrictObject(bytes.toString("utf8"));
  return typeof object === "string" ? { fault: `the ${name} holds ${object}` } : { object };
}

/** Node's decoder takes padding, white space and the other alphabet too; only the canonical text survives the way back. */
function decodeBase64url(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return bytes.toString("base64url") === part ? bytes : undefined;
}
