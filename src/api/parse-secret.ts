import { nearest } from "../policy/model/nearest.ts";
import { scope } from "./identity-forms.ts";
import { accepted, ignored, invalid, type ObjectContext, resourceOf } from "./object-context.ts";
import type { ParseOutcome } from "./parse-outcome.ts";
import { API_KEY_SECRET_TYPE, type ApiKeySpec } from "./secret.ts";

const KEY_FIELD = "api_key";
const SCOPES = "sallyport.dev/scopes";
const SHORTEST = 16;
const LONGEST = 512;

/** A field of a table that may be anything; `undefined` where there is none. */
function fieldOf(table: unknown, name: string): unknown {
  return typeof table === "object" && table !== null ? new Map(Object.entries(table)).get(name) : undefined;
}

/** Standard base64, in which line breaks do not count. Source: RFC 4648 §4; Go's decoder, which the API server uses. */
function decoded(base64: string): string | undefined {
  const text = base64.replaceAll(/[\r\n]/gu, "");
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(text) ? atob(text) : undefined;
}

/** The key in clear, as bytes that stand one to a character. What is wrong is said without repeating any of it. */
function keyOf({ raw, faults }: ObjectContext): string | undefined {
  const clear = fieldOf(raw.get("stringData"), KEY_FIELD);
  const encoded = fieldOf(raw.get("data"), KEY_FIELD);
  // The API server lets `stringData` win over `data`.
  const path = clear === undefined ? `data.${KEY_FIELD}` : `stringData.${KEY_FIELD}`;
  if (clear === undefined && encoded === undefined) {
    faults.add(
      "InvalidAPIKey",
      path,
      `the Secret holds no key \`${KEY_FIELD}\``,
      `put the API key under \`stringData.${KEY_FIELD}\``,
    );
    return undefined;
  }
  const key =
    typeof clear === "string" ? clear : clear === undefined && typeof encoded === "string" ? decoded(encoded) : undefined;
  if (key === undefined) {
    const help = clear === undefined ? "encode it, or write it in clear under `stringData`" : "put it in quotes";
    faults.add("InvalidAPIKey", path, clear === undefined ? "the API key is not base64" : "the API key is not a text", help);
    return undefined;
  }
  if (/[\r\n]$/u.test(key)) {
    faults.add(
      "InvalidAPIKey",
      path,
      "the API key ends in a line break, which no request can send",
      "encode it without one: `printf %s … | base64`",
    );
  } else if (!/^[!-~]*$/u.test(key)) {
    faults.add(
      "InvalidAPIKey",
      path,
      "the API key holds spaces, control characters or what is not ASCII",
      "use letters, digits and visible signs",
    );
  } else if (key.length < SHORTEST || key.length > LONGEST) {
    faults.add(
      "InvalidAPIKey",
      path,
      `the API key has ${key.length} characters, and must have ${SHORTEST} to ${LONGEST}`,
      "make one by `openssl rand -base64 32`",
    );
  } else return key;
  return undefined;
}

function scopesOf({ metadata, faults }: ObjectContext): readonly string[] {
  const text = metadata.annotations?.[SCOPES] ?? "";
  const scopes = [...new Set(text.split(" ").filter((word) => word !== ""))];
  const form = new RegExp(scope.pattern, "u");
  for (const word of scopes) {
    if (!form.test(word))
      faults.add(scope.code, `metadata.annotations[${SCOPES}]`, `\`${word}\` is not a scope`, "separate scopes by single spaces");
  }
  return scopes;
}

/** Reads Secrets of our type and no other: of those not even the field names are looked at. */
export function parseSecret(context: ObjectContext): ParseOutcome {
  const type = context.raw.get("type");
  if (type !== API_KEY_SECRET_TYPE) {
    const meant = typeof type === "string" && type.startsWith("sallyport") ? nearest(type, [API_KEY_SECRET_TYPE]) : undefined;
    return ignored(context, meant === undefined ? "note" : "warning", {
      code: "IgnoredSecret",
      path: "type",
      message: `the Secret is not of type \`${API_KEY_SECRET_TYPE}\`, so it is not read`,
      ...(meant === undefined ? {} : { help: `did you mean \`${meant}\`?` }),
    });
  }
  const key = keyOf(context);
  const scopes = scopesOf(context);
  if (key === undefined || context.faults.count > 0) return invalid(context);
  const spec: ApiKeySpec = { keyDigest: context.options.digest(key), scopes };
  return accepted(resourceOf(context, "Secret", spec));
}
