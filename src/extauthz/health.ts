import { WireScanner } from "./wire-scanner.ts";
import { wireText } from "./wire-text.ts";

/** `grpc.health.v1.HealthCheckResponse.ServingStatus` */
export type ServingStatus = "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

const NUMBERS: { readonly [status in ServingStatus]: number } = { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 };

/** What health checks are told. The server as a whole (the empty name) and the Authorization service share one state. */
export interface Health {
  set(serving: boolean): void;
  status(service: string): ServingStatus;
  /** Tells the state at every change from now on. Returns what ends the watch. */
  watch(service: string, changed: (status: ServingStatus) => void): () => void;
}

const SERVICES: ReadonlySet<string> = new Set(["", "envoy.service.auth.v3.Authorization"]);

/** Not serving at first. */
export function createHealth(): Health {
  const watchers = new Set<(status: ServingStatus) => void>();
  let state: ServingStatus = "NOT_SERVING";
  return {
    set(serving) {
      const next = serving ? "SERVING" : "NOT_SERVING";
      if (next === state) return;
      state = next;
      for (const changed of watchers) changed(next);
    },
    status: (service) => (SERVICES.has(service) ? state : "SERVICE_UNKNOWN"),
    watch(service, changed) {
      if (!SERVICES.has(service)) return () => {};
      watchers.add(changed);
      return () => {
        watchers.delete(changed);
      };
    },
  };
}

/** A HealthCheckResponse. */
export function encodeHealth(status: ServingStatus): Uint8Array {
  return Buffer.from([0x08, NUMBERS[status]]);
}

/** The service that a HealthCheckRequest asks about; `undefined` for bytes that are no such message. */
export function decodeHealthRequest(message: Uint8Array): string | undefined {
  const scanner = new WireScanner();
  const end = message.length;
  scanner.bytes = Buffer.from(message.buffer, message.byteOffset, end);
  let service = "";
  while (scanner.pos < end) {
    const tag = scanner.tag(end);
    if (tag === 0x0a) {
      const to = scanner.lengthEnd(end);
      if (to < 0) return undefined;
      service = wireText(scanner.bytes, scanner.pos, to);
      scanner.pos = to;
    } else if (!scanner.skip(tag, end)) return undefined;
  }
  return service;
}
