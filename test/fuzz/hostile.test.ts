import { expect, it } from "vitest";
import { parseFile } from "../../src/files/parse-file.ts";
import { digestApiKey } from "../../src/identity/api-key/digest.ts";
import { compileCel } from "../../src/policy/cel/compile.ts";
import { ManifestPlans } from "../../src/runtime/manifest-plans.ts";
import { decodeCheckResponse, encodeCheckRequest } from "../extauthz/wire-types.ts";
import { createHostileDoor } from "./door.ts";
import { CEL_PIECES, HEADER_NAMES, PATH_PIECES, VALUE_PIECES, YAML_PIECES } from "./pieces.ts";
import { Random } from "./random.ts";

/**
 * Hostile input of every kind against the whole of what reads it. No throw escapes and every call gets an answer that Envoy can read.
 * `SALLYPORT_FUZZ=1000000` runs as many of each kind and measures too: no input may take more than 5 ms of CPU (best of three).
 */
const WANTED = Number(process.env["SALLYPORT_FUZZ"] ?? 0);
const COUNT = WANTED > 0 ? WANTED : 1500;
const SEED = Number(process.env["SALLYPORT_SEED"] ?? 20_261_124);
const CPU_LIMIT = 5_000;
const TIMEOUT = WANTED > 0 ? 3_600_000 : 60_000;

const door = await createHostileDoor();

/** Runs `attack` on one input after another; in a measuring run the slow ones again, to part their own cost from the machine's. */
function assail<Input>(name: string, make: (random: Random) => Input, attack: (input: Input) => void): void {
  it(`${name} (seed ${SEED})`, { timeout: TIMEOUT }, () => {
    const random = new Random(SEED);
    const slow: string[] = [];
    for (let index = 0; index < COUNT; index++) {
      const input = make(random);
      const before = process.cpuUsage();
      try {
        attack(input);
      } catch (error) {
        throw new Error(`input ${index} escaped: ${describe(input)}`, { cause: error });
      }
      if (WANTED > 0 && spent(before) > CPU_LIMIT && [1, 2].every(() => cost(() => attack(input)) > CPU_LIMIT))
        slow.push(describe(input));
    }
    expect(slow).toEqual([]);
  });
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function cost(run: () => void): number {
  const before = process.cpuUsage();
  run();
  return spent(before);
}

function describe(input: unknown): string {
  return input instanceof Uint8Array ? Buffer.from(input).toString("base64") : JSON.stringify(input);
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

function request(
  random: Random,
  parts: {
    readonly path?: string;
    readonly headers?: readonly (readonly [string, string])[];
    readonly certificate?: string;
    readonly peer?: string;
  },
): Buffer {
  return encodeCheckRequest({
    attributes: {
      source: {
        principal: random.of(["", "spiffe://cluster.local/ns/shop/sa/frontend", "spiffe://a/../b"]),
        certificate: parts.certificate ?? "",
      },
      destination: { labels: { app: random.of(["orders", "body", "__proto__"]) } },
      request: {
        http: {
          method: random.of(["GET", "POST", "get", "HEAD", "", "CONNECT"]),
          path: parts.path ?? "/api/v1/orders/42",
          host: random.of(["orders.shop", "ORDERS.shop:80", "a,b", "[::1]", "", "é"]),
          ...(random.below(2) === 0
            ? { headerMap: { headers: (parts.headers ?? []).map(([key, value]) => ({ key, rawValue: latin1(value) })) } }
            : { headers: Object.fromEntries((parts.headers ?? []).map(([key, value]) => [key, value.toWellFormed()])) }),
          ...(random.below(4) === 0 && { rawBody: latin1(random.text(VALUE_PIECES, 10)), size: random.below(50) }),
        },
      },
      contextExtensions: {
        "sallyport.namespace": "shop",
        "sallyport.serviceAccount": "orders",
        "sallyport.peer": parts.peer ?? "principal",
      },
    },
  });
}

function answered(message: Uint8Array): void {
  const answer = door.handle(message);
  if (answer instanceof Promise) throw new Error("an answer that waits, though nothing has to be fetched");
  const { okResponse, deniedResponse } = decodeCheckResponse(answer) as { okResponse?: object; deniedResponse?: object };
  if ((okResponse === undefined) === (deniedResponse === undefined))
    throw new Error("an answer that is neither an allow nor an explicit denial");
}

const someHeaders = (random: Random): (readonly [string, string])[] =>
  Array.from({ length: random.below(8) }, () => [random.of(HEADER_NAMES), random.text(VALUE_PIECES, 5)] as const);

assail("mutilated CheckRequests", (random) => random.mutate(request(random, { headers: someHeaders(random) })), answered);
assail("paths", (random) => request(random, { path: `/${random.text(PATH_PIECES, 12)}` }), answered);
assail("headers", (random) => request(random, { headers: someHeaders(random) }), answered);
assail(
  "tokens",
  (random) => {
    const part = (): string =>
      Buffer.from(
        random.text(
          [
            '{"alg":"',
            "ES256",
            "none",
            '","iss":"https://issuer.example"',
            ',"exp":',
            "9".repeat(20),
            "{",
            "}",
            '"',
            "[",
            "\\u0000",
            ',"__proto__":{}',
            '"kid":"k"',
            "e5",
            ":",
            ",",
          ],
          12,
        ),
      ).toString("base64url");
    const token =
      random.below(3) === 0
        ? random.mutate(Buffer.from(door.token)).toString("latin1")
        : `${part()}.${part()}.${random.text(["AAAA", "=", "-", "_", "."], 30)}`;
    return request(random, { headers: [["authorization", `Bearer ${token}`]] });
  },
  answered,
);
assail(
  "certificates",
  (random) =>
    request(random, {
      peer: "certificate",
      certificate: encodeURIComponent(random.mutate(Buffer.from(door.certificate)).toString("latin1")),
    }),
  answered,
);
assail(
  "CEL texts",
  (random) => random.text(CEL_PIECES, 40),
  (text) => void compileCel(text),
);
assail(
  "manifests",
  (random) => random.text(YAML_PIECES, 30),
  (text) => {
    const plans = new ManifestPlans({
      trustDomain: "cluster.local",
      defaultAction: "Deny",
      trustedHops: 0,
      installationNamespace: "sallyport-system",
    });
    plans.update([parseFile("hostile.yaml", text, digestApiKey)]);
  },
);
