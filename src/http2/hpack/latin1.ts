/** Octets `[start, end)` as characters, one to one. */
export type Latin1 = (bytes: Uint8Array, start: number, end: number) => string;

// Function.prototype.apply has a bound on its arguments, so long strings are made in pieces.
const piece = 4096;

/** The way that every JavaScript has; what a runtime has of its own is several times as fast. */
export const portableLatin1: Latin1 = (bytes, start, end) => {
  let text = "";
  for (let at = start; at < end; at += piece) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + piece)));
  }
  return text;
};
