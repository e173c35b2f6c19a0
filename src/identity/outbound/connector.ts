import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { classifyAddress } from "./address.ts";

/** One answer of a resolver. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Turns a host name into addresses; fails as `dns.lookup` does. */
export type Resolve = (hostname: string, done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void) => void;

/** The name led to an address that must not be asked. */
class AddressRefused extends Error {
  constructor(hostname: string) {
    super(`\`${hostname}\` is at an address that may not be asked`);
    this.name = "AddressRefused";
  }
}

export interface ConnectorOptions {
  /** Accepts loopback, link-local and private addresses; and plain `http:`, but to those only. */
  readonly allowPrivateAddresses: boolean;
  /** Milliseconds for DNS, TCP and TLS together. */
  readonly timeout: number;
  readonly resolve?: Resolve;
}

const resolveBySystem: Resolve = (hostname, done) => systemLookup(hostname, { all: true }, done);

/**
 * An undici connector that looks at the address which is really dialled. A check of the name, or of an answer of DNS before the connect
 * resolves again, can be deceived by a name that changes its answer (DNS rebinding); here the answer that was checked is the one used.
 */
export function createConnector({
  allowPrivateAddresses,
  timeout,
  resolve = resolveBySystem,
}: ConnectorOptions): buildConnector.connector {
  const allowed = (address: string): boolean => {
    const found = classifyAddress(address);
    return found === "public" || (found === "private" && allowPrivateAddresses);
  };

  const lookup: LookupFunction = (hostname, options, done) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return done(error, []);
      const usable = addresses.filter(({ address }) => allowed(address)).map(({ address, family }) => ({ address, family }));
      const [first] = usable;
      if (first === undefined) return done(new AddressRefused(hostname), []);
      return options.all === true ? done(null, usable) : done(null, first.address, first.family);
    });
  };

  const connect = buildConnector({ timeout, lookup });
  return (options, callback) => {
    const literal = options.hostname.replace(/^\[|\]$/g, "");
    // Literals never reach the look-up.
    if (isIP(literal) !== 0 && !allowed(literal)) return callback(new AddressRefused(literal), null);
    return connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const address = socket.remoteAddress ?? "";
      // Nothing but the way keeps plain text from being replaced, so the way must be a private one.
      if (!allowed(address) || (options.protocol === "http:" && classifyAddress(address) !== "private")) {
        socket.destroy();
        return callback(new AddressRefused(literal), null);
      }
      return callback(null, socket);
    });
  };
}
