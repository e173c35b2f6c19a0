/**
 * Headers that HTTP allows once and whose single value may hold a comma, or whose own grammar is read as a whole by those who need it.
 * `authorization` and `cookie` are not among them: each can be sent twice, Envoy then joins the two by a comma, and a credential or a
 * cookie that hides behind the comma must be seen as a second one.
 */
const WHOLE: ReadonlySet<string> = new Set([
  "date",
  "expires",
  "last-modified",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "user-agent",
  "referer",
  // Quoted values may hold commas; its elements mean the same joined or apart.
  "x-forwarded-client-cert",
]);

/**
 * The values of a header that Envoy may have joined, optional white space around each taken off (RFC 9110 §5.3). `1,2` sent once and `1` and
 * `2` sent apart look the same here: both count as repeated.
 */
export function splitJoined(name: string, value: string): readonly string[] {
  return !value.includes(",") || WHOLE.has(name) ? [value] : value.split(",").map(trim);
}

/** By hand, because a pattern for trailing white space takes quadratic time on a hostile value. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
