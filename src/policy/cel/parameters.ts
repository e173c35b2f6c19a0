import type { Parameters } from "./cel-request.ts";

const MAX_PARAMETERS = 1000;

/**
 * Reads a query or a form as `application/x-www-form-urlencoded` (WHATWG URL §5.1), except that nothing is repaired: with a bad escape
 * or bad UTF-8 anywhere, or with more than 1,000 parameters, the whole is `undefined`, since a service may see other names than we would.
 */
export function parseParameters(text: string): Parameters | undefined {
  const parameters = new Map<string, string[]>();
  if (text === "") return parameters;
  let count = 0;
  for (const piece of text.split("&")) {
    if (piece === "") continue;
    if (++count > MAX_PARAMETERS) return undefined;
    const equals = piece.indexOf("=");
    const name = decode(equals === -1 ? piece : piece.slice(0, equals));
    const value = equals === -1 ? "" : decode(piece.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    append(parameters, name, value);
  }
  return parameters;
}

/** Reads the values of `cookie` headers (RFC 6265 §4.2.1). HTTP/2 may split them over several headers; that is one list. */
export function parseCookies(headers: readonly string[]): Parameters {
  const cookies = new Map<string, string[]>();
  for (const header of headers) {
    for (const pair of header.split(";")) {
      const equals = pair.indexOf("=");
      if (equals === -1) continue;
      append(cookies, pair.slice(0, equals).trim(), unquote(pair.slice(equals + 1).trim()));
    }
  }
  return cookies;
}

function append(parameters: Map<string, string[]>, name: string, value: string): void {
  const values = parameters.get(name);
  if (values === undefined) parameters.set(name, [value]);
  else values.push(value);
}

function decode(text: string): string | undefined {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
