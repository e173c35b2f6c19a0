/**
 * For how many seconds an answer may be used again, by its own word: `undefined` where it says nothing. Source: RFC 9111 §5.2.2. An answer about a
 * token is private to us, so `private` and `s-maxage` say nothing here. What cannot be read is taken for the strictest.
 */
export function readFreshness(cacheControl: string): number | undefined {
  let seconds: number | undefined;
  for (const directive of cacheControl.toLowerCase().split(",")) {
    const [name = "", value] = directive.trim().split("=", 2);
    if (name === "no-store" || name === "no-cache") return 0;
    if (name !== "max-age") continue;
    const age = /^"?(\d{1,10})"?$/.exec(value ?? "")?.[1];
    seconds = Math.min(seconds ?? Number.POSITIVE_INFINITY, age === undefined ? 0 : Number(age));
  }
  return seconds;
}
