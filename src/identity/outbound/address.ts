import ipaddr from "ipaddr.js";

/** `public`: anyone may be asked. `private`: only where the provider's object allows it. `forbidden`: never. */
export type AddressClass = "public" | "private" | "forbidden";

/** Ranges of the IANA special-purpose registries where a company's own provider may live, by family. */
const PRIVATE_RANGES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["ipv4", new Set(["loopback", "linkLocal", "private", "carrierGradeNat"])],
  ["ipv6", new Set(["loopback", "linkLocal", "uniqueLocal"])],
]);
const NAT64 = ipaddr.IPv6.parse("64:ff9b::");
/** Only mapped addresses are written with dots. Others (the deprecated `::127.0.0.1`) are easily read as an address they are not. */
const DOTTED_IPV6 = /^(?!::ffff:).*:.*\./i;

/**
 * Where clouds hand out credentials to whoever asks from the machine: EC2, GCE, Azure (also its wire server), Alibaba, ECS and EKS. No
 * identity provider lives there, so allowing private addresses does not allow these.
 */
const METADATA_SERVICES: ReadonlySet<string> = new Set(
  ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"].map(
    (address) => ipaddr.parse(address).toNormalizedString(),
  ),
);

/**
 * Classifies an IP address as the operating system's resolver writes it. IPv6 forms that carry an IPv4 address (mapped, NAT64) are
 * classified by it; tunnels (6to4, Teredo) and everything else that is not global unicast are forbidden.
 */
export function classifyAddress(text: string): AddressClass {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return "forbidden";
  // A zone (RFC 4007) would make the address mean another on each machine.
  if (text.includes("%") || DOTTED_IPV6.test(text)) return "forbidden";
  const address = embedded(ipaddr.process(text));
  if (METADATA_SERVICES.has(address.toNormalizedString())) return "forbidden";
  const range = address.range();
  if (range === "unicast") return "public";
  return PRIVATE_RANGES.get(address.kind())?.has(range) ? "private" : "forbidden";
}

/**
 * The IPv4 address in the last four bytes of a NAT64 address (RFC 6052 §2.1). Only the well-known prefix carries it there for certain;
 * the local-use prefix (RFC 8215) stays what it is, and so forbidden.
 */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.match(NAT64, 96)
    ? ipaddr.fromByteArray(address.toByteArray().slice(-4))
    : address;
}
