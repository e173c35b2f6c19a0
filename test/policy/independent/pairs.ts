/** Named values of a query, a form or cookies. */
export interface Pairs {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly isAmbiguous: (name: string) => boolean;
}

export function readQuery(text: string): Pairs {
  const written = text.split("&").filter((pair) => pair !== "");
  const decoded = written.map((pair) => split(pair).map(decode));
  const unreadable = decoded.flat().includes(undefined);
  const doubtful = written
    .flatMap((pair) => (pair.includes(";") ? [pair, ...pair.split(";").filter((piece) => piece !== "")] : []))
    .map((pair) => decode(split(pair)[0]));
  return {
    pairs: decoded.map(([name = "", value = ""]) => [name, value]),
    isAmbiguous: (name) => unreadable || doubtful.includes(name),
  };
}

function split(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** The cookies of all `cookie` headers. */
export function readCookies(headers: readonly string[]): Pairs {
  const pairs: (readonly [string, string])[] = [];
  const doubtful = new Set<string>();
  for (const header of headers) {
    let quotes = 0;
    for (const piece of header.split(";")) {
      const pair = piece.trim();
      const [name, value] = split(pair).map((part) => part.trim()) as [string, string];
      if (pair !== "") {
        if (pair.includes("=")) pairs.push([name, value]);
        if (isDoubtful(pair, value, quotes)) doubtful.add(name);
        for (const other of namesBehindCommas(pair)) doubtful.add(name).add(other);
      }
      quotes += piece.split('"').length - 1;
    }
  }
  return { pairs, isAmbiguous: (name) => doubtful.has(name) };
}

/** What stands between each comma and the next `=`. */
function namesBehindCommas(pair: string): readonly string[] {
  return pair
    .split("")
    .flatMap((character, at) =>
      character === "," && pair.includes("=", at) ? [pair.slice(at + 1, pair.indexOf("=", at)).trim()] : [],
    );
}

function isDoubtful(pair: string, value: string, quotesBefore: number): boolean {
  if (!pair.includes("=") || pair.includes('"') || quotesBefore % 2 === 1) return true;
  return !/^[\x21-\x7e]*$/.test(value) || /%[0-9A-Fa-f]{2}/.test(value);
}

export function valuesOf(pairs: Pairs, name: string): readonly string[] {
  return pairs.pairs.filter(([key]) => key === name).map(([, value]) => value);
}
