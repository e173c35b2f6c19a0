/** An address as its parts: four of eight bits, or eight of sixteen. */
export type Address = readonly number[];

/** IPv4 in four decimal parts without leading zeros, or IPv6 without zone; an IPv4-mapped address is its IPv4 address. */
export function readAddress(text: string): Address | undefined {
  const four = readFour(text);
  if (four !== undefined) return four;
  const eight = readEight(text);
  if (eight === undefined) return undefined;
  const mapped = eight.slice(0, 5).every((part) => part === 0) && eight[5] === 0xffff;
  return mapped ? eight.slice(6).flatMap((part) => [part >> 8, part & 255]) : eight;
}

export function readFour(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

export function readEight(text: string): Address | undefined {
  let rest = text;
  const dotted = /^(.*:)([0-9.]+\.[0-9.]+)$/.exec(text);
  if (dotted !== null) {
    const four = readFour(dotted[2] ?? "");
    if (four === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = four;
    rest = `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const halves = rest.split("::");
  if (halves.length > 2) return undefined;
  const lists = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (!lists.flat().every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return undefined;
  const [left = [], right] = lists;
  const given = lists.flat().length;
  if (right === undefined ? given !== 8 : given > 7) return undefined;
  return [...left, ...Array.from({ length: 8 - given }, () => "0"), ...(right ?? [])].map((part) => Number.parseInt(part, 16));
}

/** RFC 5952: lower case, and the first of the longest runs of zeros, if of two or more, is `::`. */
export function writeEight(parts: Address): string {
  let start = 0;
  let length = 0;
  for (let first = 0; first < 8; first++) {
    let last = first;
    while (last < 8 && parts[last] === 0) last++;
    if (last - first > length) [start, length] = [first, last - first];
  }
  const words = parts.map((part) => part.toString(16));
  return length < 2 ? words.join(":") : `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

/** Whether a block, `10.0.0.0/8` or one address, holds an address. */
export function blockHolds(block: string, address: Address): boolean {
  const [text = "", length] = block.split("/");
  const base = readAddress(text);
  if (base === undefined || base.length !== address.length) return false;
  const mapped = base.length === 4 && text.includes(":");
  const bits = bitsOf(base);
  const size = length === undefined ? bits.length : Number(length) - (mapped ? 96 : 0);
  return bits.slice(0, size) === bitsOf(address).slice(0, size);
}

function bitsOf(address: Address): string {
  return address.map((part) => part.toString(2).padStart(address.length === 4 ? 8 : 16, "0")).join("");
}
