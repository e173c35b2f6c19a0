/** An IP address: one 32-bit word for IPv4, four for IPv6. An IPv4-mapped IPv6 address is its IPv4 address. */
export interface IpAddress {
  readonly version: 4 | 6;
  /** Most significant first, each an unsigned 32-bit number. */
  readonly words: readonly number[];
}

/**
 * Reads an address as inet_ntop(3) and RFC 5952 write it, or in any of IPv6's longer spellings. Leading zeros, short and hexadecimal
 * IPv4, brackets, zone ids, ports and space are refused: readers disagree about them.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(":")) {
    const word = parseIpv4(text);
    return word === undefined ? undefined : { version: 4, words: [word] };
  }
  const groups = parseIpv6(text);
  if (groups === undefined) return undefined;
  const words = [0, 2, 4, 6].map((at) => (groups[at] ?? 0) * 0x10000 + (groups[at + 1] ?? 0));
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return { version: 4, words: words.slice(3) };
  return { version: 6, words };
}

/** Four decimal numbers without leading zeros, as one unsigned word. */
export function parseIpv4(text: string): number | undefined {
  if (text.length > 15) return undefined;
  let word = 0;
  let dots = 0;
  let part = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (digits === 0 || ++dots > 3) return undefined;
      word = word * 256 + part;
      part = 0;
      digits = 0;
    } else {
      if (code < 0x30 || code > 0x39 || (part === 0 && digits > 0)) return undefined;
      part = part * 10 + code - 0x30;
      digits++;
      if (part > 255) return undefined;
    }
  }
  return dots === 3 && digits > 0 ? word * 256 + part : undefined;
}

/** The eight 16-bit groups of an IPv6 address without brackets. Source: RFC 4291 §2.2. */
export function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  // `::` stands for at least one group (RFC 5952 §4.2.2 merely recommends two).
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function parseGroups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const word = endsAddress && index === parts.length - 1 ? parseIpv4(part) : undefined;
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    }
  }
  return groups;
}

/** The one text of an IPv6 address: lower case, no leading zeros, the first longest run of zeros as `::`. Source: RFC 5952 §4. */
export function formatIpv6(groups: readonly number[]): string {
  let best = { from: 0, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && groups[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.length === 1) return hex(groups);
  return `${hex(groups.slice(0, best.from))}::${hex(groups.slice(best.from + best.length))}`;
}
