import type { FromEntry } from "../../api/api-policy.ts";
import { type Cidr, createIpSet, parseCidr } from "../match/cidr.ts";
import { parseIp } from "../match/ip.ts";
import type { Predicate } from "../model/plan.ts";
import type { Request } from "../model/request.ts";
import { UNKNOWN } from "../model/tri.ts";
import type { Faults } from "./faults.ts";
import { fieldName, predicate } from "./predicate.ts";

/** Matchers on addresses: `ipBlocks` for the peer that opened the connection, `remoteIpBlocks` for the client behind the trusted proxies. */
export function addressPredicates(entry: FromEntry, field: string, at: string, trustedHops: number, faults: Faults): Predicate[] {
  const predicates: Predicate[] = [];
  const add = (
    name: string,
    blocks: readonly string[] | undefined,
    negated: boolean,
    read: (request: Request) => string | undefined,
  ): void => {
    if (blocks === undefined) return;
    const cidrs: Cidr[] = [];
    for (const [index, block] of blocks.entries()) {
      const parsed = parseCidr(block);
      if (parsed.ok) cidrs.push(parsed.cidr);
      else
        faults.error("InvalidIPBlock", `${at}.${fieldName("", name, negated).slice(1)}[${index}]`, parsed.message, parsed.help);
    }
    const set = createIpSet(cidrs);
    predicates.push(
      predicate(
        {
          field: fieldName(field, name, negated),
          wanted: blocks,
          test: ({ request }) => {
            const address = read(request);
            return address === undefined ? UNKNOWN : set.match(address);
          },
          got: ({ request }) => read(request) ?? "",
        },
        negated,
      ),
    );
  };
  const peer = (request: Request): string => request.source.address;
  const client = (request: Request): string | undefined => clientAddress(request, trustedHops);
  add("ipBlocks", entry.ipBlocks, false, peer);
  add("ipBlocks", entry.notIpBlocks, true, peer);
  add("remoteIpBlocks", entry.remoteIpBlocks, false, client);
  add("remoteIpBlocks", entry.notRemoteIpBlocks, true, client);
  return predicates;
}

/**
 * The client's address behind `hops` trusted proxies. Envoy appends its peer to `x-forwarded-for` (`use_remote_address`), each trusted proxy
 * before it appended its own; what stands further left the client wrote. Unknown where Envoy's own entry is not where it must be.
 */
function clientAddress(request: Request, hops: number): string | undefined {
  if (hops === 0) return request.source.address;
  const chain = request.headers
    .values("x-forwarded-for")
    .flatMap((value) => value.split(","))
    .map((address) => address.trim());
  if (!sameAddress(chain.at(-1) ?? "", request.source.address)) return undefined;
  return chain.at(-1 - hops);
}

/** Compares what the texts mean: an IPv4-mapped IPv6 address is its IPv4 address. */
function sameAddress(left: string, right: string): boolean {
  const [first, second] = [parseIp(left), parseIp(right)];
  return first !== undefined && second !== undefined && first.words.join() === second.words.join();
}
