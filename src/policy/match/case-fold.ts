const NON_ASCII = /[^\u0000-\u007f]/;

/** Whether a text holds only ASCII characters. */
function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/**
 * Lower-cases the ASCII letters and leaves every other character alone: what every server that ignores case agrees upon.
 * `toLowerCase` is not that for other texts: it turns `İ` into two characters and a final `Σ` by its neighbours.
 */
export function foldAscii(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Folds together whatever any server might take for equal: texts with the same `toLowerCase` or the same `toUpperCase`, `ß` and `ss`,
 * and the four Turkish i. It ends in upper case because lower-casing looks at neighbours (Final_Sigma, Unicode SpecialCasing §3.13),
 * and a prefix would then fold otherwise than the text it begins.
 */
export function foldUnicode(text: string): string {
  const upper = text.toUpperCase();
  return isAscii(upper) ? upper : upper.toLowerCase().toUpperCase().replaceAll("I\u0307", "I");
}
