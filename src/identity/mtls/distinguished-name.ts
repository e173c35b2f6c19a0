/**
 * Writes a distinguished name as RFC 2253 does, and Envoy and OpenSSL with it: the most specific part first, parts joined by commas without
 * spaces, bytes beyond ASCII escaped: `CN=Billing,O=Acme,C=US`.
 *
 * @param lines what `X509Certificate#subject` and `#issuer` give: one part a line, the least specific first, special characters escaped by a
 * backslash, several attributes of one part joined by ` + `
 */
export function formatDistinguishedName(lines: string): string {
  return lines
    .split("\n")
    .toReversed()
    .map((part) => part.split(" + ").toReversed().join("+"))
    .join(",")
    .replaceAll(/[^\0-\x7f]+/gu, escapeBytes);
}

function escapeBytes(text: string): string {
  return [...Buffer.from(text, "utf8")].map((byte) => `\\${byte.toString(16).toUpperCase()}`).join("");
}
