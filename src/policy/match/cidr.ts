import { FALSE, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";
import { formatIpv6, type IpAddress, parseIp } from "./ip.ts";

/** A block of addresses: the network's first address and how many leading bits are fixed. */
export interface Cidr {
  readonly network: IpAddress;
  readonly bits: number;
}

export type ParsedCidr =
  | { readonly ok: true; readonly cidr: Cidr }
  | { readonly ok: false; readonly message: string; readonly help: string };

/** Which addresses a list of blocks holds. */
export interface IpSet {
  /** Unknown for what is not an address: a unix socket, an unreadable text. */
  match(address: string): Tri;
}

const HELP = "write an address `10.0.0.1` or a block `10.0.0.0/8`, `2001:db8::/32`";

/**
 * Reads an address or a block of a policy. A block of IPv4-mapped IPv6 addresses is the block of the IPv4 addresses. Bits set beyond the
 * prefix are refused, as new Kubernetes APIs do (KEP-4858): whether `10.1.2.3/8` means one host or the whole block is a guess.
 */
export function parseCidr(text: string): ParsedCidr {
  const [addressText = "", bitsText, ...more] = text.split("/");
  const address = parseIp(addressText);
  if (address === undefined || more.length > 0) return refuse(`\`${text}\` is not an IP address or block`, HELP);
  const mapped = address.version === 4 && addressText.includes(":");
  const width = address.version === 4 ? 32 : 128;
  if (bitsText === undefined) return { ok: true, cidr: { network: address, bits: width } };
  const shift = mapped ? 96 : 0;
  const bits = /^(?:0|[1-9][0-9]{0,2})$/.test(bitsText) ? Number(bitsText) - shift : -1;
  if (bits < 0 || bits > width) {
    return refuse(
      `\`${text}\` has no prefix length between ${shift} and ${width + shift}`,
      mapped ? "write the IPv4 block itself" : HELP,
    );
  }
  const network = { version: address.version, words: mask(address.words, bits) };
  if (network.words.some((word, index) => word !== address.words[index])) {
    return refuse(
      `\`${text}\` has bits set beyond its prefix length`,
      `write \`${formatNetwork(network)}/${bits}\` for the block or \`${addressText}\` for the address`,
    );
  }
  return { ok: true, cidr: { network, bits } };
}

/** Groups the blocks by prefix length, so that a look-up costs one Set read for each length in use, not for each block. */
export function createIpSet(cidrs: readonly Cidr[]): IpSet {
  const lengths = new Map<string, { readonly version: 4 | 6; readonly bits: number; readonly networks: Set<string | number> }>();
  for (const { network, bits } of cidrs) {
    const name = `${network.version}/${bits}`;
    const group = lengths.get(name) ?? { version: network.version, bits, networks: new Set() };
    group.networks.add(networkKey(network.words));
    lengths.set(name, group);
  }
  const groups = [...lengths.values()];

  return {
    match(text) {
      const address = parseIp(text);
      if (address === undefined) return UNKNOWN;
      for (const group of groups) {
        if (group.version === address.version && group.networks.has(networkKey(mask(address.words, group.bits)))) return TRUE;
      }
      return FALSE;
    },
  };
}

function networkKey(words: readonly number[]): string | number {
  return words.length === 1 ? (words[0] ?? 0) : words.join(":");
}

function mask(words: readonly number[], bits: number): number[] {
  return words.map((word, index) => {
    const kept = Math.min(Math.max(bits - index * 32, 0), 32);
    return kept === 0 ? 0 : (word & (-1 << (32 - kept))) >>> 0;
  });
}

function formatNetwork(address: IpAddress): string {
  if (address.version === 4) return [24, 16, 8, 0].map((shift) => ((address.words[0] ?? 0) >>> shift) & 0xff).join(".");
  return formatIpv6(address.words.flatMap((word) => [word >>> 16, word & 0xffff]));
}

function refuse(message: string, help: string): ParsedCidr {
  return { ok: false, message, help };
}
