/** One general name of a certificate: its type as OpenSSL prints it (`URI`, `DNS`, `IP Address`, …) and its value. */
export interface GeneralName {
  readonly type: string;
  readonly value: string;
}

/** What OpenSSL prints before the first colon. */
const TYPE = /^[A-Za-z][A-Za-z ]*$/;

/**
 * Reads the text that `X509Certificate#subjectAltName` gives: names joined by `, `, and a value that holds a separator, a quote or a
 * control byte written as a JSON string. Splitting at commas would let one hostile name pass for two (CVE-2021-44532).
 *
 * @returns `undefined` when any part of the text is not of that form
 * @see https://nodejs.org/api/crypto.html#x509subjectaltname
 */
export function parseSubjectAltName(text: string): readonly GeneralName[] | undefined {
  const names: GeneralName[] = [];
  let at = 0;
  for (;;) {
    const colon = text.indexOf(":", at);
    if (colon < 0) return undefined;
    const type = text.slice(at, colon);
    if (!TYPE.test(type)) return undefined;

    const end = text[colon + 1] === '"' ? endOfQuoted(text, colon + 1) : endOfPlain(text, colon + 1);
    if (end === undefined) return undefined;
    const value = readValue(text.slice(colon + 1, end));
    if (value === undefined) return undefined;
    names.push({ type, value });

    if (end === text.length) return names;
    if (!text.startsWith(", ", end)) return undefined;
    at = end + 2;
  }
}

/** The index just after the closing quote of the JSON string that starts at `start`. */
function endOfQuoted(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return undefined;
}

function endOfPlain(text: string, start: number): number {
  const comma = text.indexOf(", ", start);
  return comma < 0 ? text.length : comma;
}

function readValue(written: string): string | undefined {
  if (!written.startsWith('"')) return written;
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
