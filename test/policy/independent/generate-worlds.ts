import * as fc from "fast-check";
import { body } from "./generate-policies.ts";
import { FURNITURE } from "./palette.ts";
import type { Manifest, World } from "./world.ts";

const V1ALPHA1 = "sallyport.dev/v1alpha1";
const SHADOW_OF = "sallyport.dev/shadow-of";

const target: fc.Arbitrary<object> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 16 },
  { arbitrary: fc.constantFrom("orders", "canary", "external", "absent").map(refTo), weight: 2 },
  {
    arbitrary: fc.constantFrom({ app: "orders" }, { tier: "web" }, { app: "orders", track: "canary" }).map(selecting),
    weight: 3,
  },
  {
    arbitrary: fc
      .array(fc.constantFrom("orders.shop", "*.shop", "*", "api.example.com", "*.example.com", "*.b.example.com"), {
        minLength: 1,
        maxLength: 2,
      })
      .map((hosts) => ({ hosts })),
    weight: 4,
  },
);

const wrongTarget: fc.Arbitrary<object> = fc.constantFrom<object>(
  { selectr: { matchLabels: { app: "orders" } } },
  { selector: { matchLabels: {} } },
  { selector: {}, hosts: ["*"] },
  { hosts: ["orders.shop"], selector: { matchLabels: { app: "orders" } } },
  { hosts: ["api.example.com", "https://orders.shop"] },
  {
    targetRefs: [
      { kind: "Service", name: "orders" },
      { kind: "Deployment", name: "orders" },
    ],
  },
  { host: ["orders.shop"] },
);

function refTo(name: string): object {
  return {
    targetRefs: [
      { kind: "Service", name },
      { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "orders" },
    ],
  };
}

function selecting(matchLabels: object): object {
  return { selector: { matchLabels } };
}

const created = fc.constantFrom(undefined, undefined, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
const mode = fc.constantFrom(undefined, undefined, undefined, "Enforce", "Shadow");
const rarely = (one: number): fc.Arbitrary<boolean> => fc.noBias(fc.nat(one)).map((drawn) => drawn === 1);

interface Named {
  readonly name: string;
  readonly namespace: string;
}

/** An APIPolicy, and now and then one with a fault outside of its body. */
function ownPolicy({ name, namespace }: Named): fc.Arbitrary<Manifest> {
  return fc
    .record({
      made: body(false),
      target,
      wrongTarget,
      created,
      mode,
      candidate: fc.constantFrom(undefined, undefined, "a", "b"),
      mistargeted: rarely(30),
      mistaken: rarely(40),
      gone: rarely(60),
      nameless: rarely(120),
    })
    .map((parts) => {
      const isShadow = parts.mode === "Shadow";
      const candidate = isShadow || parts.mistaken ? parts.candidate : undefined;
      const isSound = candidate !== name || parts.mistaken;
      return {
        apiVersion: V1ALPHA1,
        kind: "APIPolicy",
        metadata: {
          ...(parts.nameless ? {} : { name }),
          namespace,
          ...(parts.created === undefined ? {} : { creationTimestamp: parts.created }),
          ...(candidate !== undefined && isSound ? { annotations: { [SHADOW_OF]: candidate } } : {}),
        },
        ...(parts.gone
          ? {}
          : {
              spec: {
                ...(parts.mistargeted ? parts.wrongTarget : parts.target),
                ...(parts.mode === undefined ? {} : { mode: parts.mistaken && !isShadow ? "Shadoww" : parts.mode }),
                ...parts.made,
              },
            }),
      };
    });
}

function clusterPolicy(name: string): fc.Arbitrary<Manifest> {
  return fc
    .record({
      overrides: body(true),
      defaults: body(true),
      says: fc.constantFrom<readonly string[]>(["overrides"], ["overrides"], ["defaults"], ["overrides", "defaults"]),
      silent: rarely(40),
      created,
      mode,
      selector: fc.constantFrom(
        undefined,
        undefined,
        { matchLabels: { tier: "web" } },
        { matchLabels: { "kubernetes.io/metadata.name": "pay" } },
      ),
      mistaken: rarely(30),
      fault: fc.constantFrom<object>(
        { namespaceSelector: { matchLabels: {} } },
        { mode: "Enforced" },
        { rules: [] },
        { overides: {} },
      ),
      nameless: rarely(400),
    })
    .map((parts) => ({
      apiVersion: V1ALPHA1,
      kind: "ClusterAPIPolicy",
      metadata: {
        ...(parts.nameless ? {} : { name }),
        ...(parts.created === undefined ? {} : { creationTimestamp: parts.created }),
      },
      spec: {
        ...(parts.selector === undefined ? {} : { namespaceSelector: parts.selector }),
        ...(parts.mode === undefined ? {} : { mode: parts.mode }),
        ...(!parts.says.includes("overrides") || parts.silent ? {} : { overrides: parts.overrides }),
        ...(!parts.says.includes("defaults") || parts.silent ? {} : { defaults: parts.defaults }),
        ...(parts.mistaken ? parts.fault : {}),
      },
    }));
}

const policies: fc.Arbitrary<Manifest[]> = fc
  .constantFrom<readonly [own: number, cluster: number]>([1, 0], [2, 0], [3, 0], [4, 0], [1, 1], [2, 1], [0, 1], [2, 2])
  .chain(([own, cluster]) =>
    fc.tuple(
      ...["a", "b", "c", "d"]
        .slice(0, own)
        .map((name) =>
          fc
            .constantFrom("shop", "shop", "shop", "shop", "shop", "shop", "shop", "pay")
            .chain((namespace) => ownPolicy({ name, namespace })),
        ),
      ...["a", "x"].slice(0, cluster).map(clusterPolicy),
    ),
  );

const lost: Manifest = { apiVersion: V1ALPHA1, kind: "APIPolcy", metadata: { name: "z", namespace: "pay" }, spec: {} };

export const world: fc.Arbitrary<World> = fc.noBias(
  fc
    .record({
      policies,
      earlier: fc.option(policies, { freq: 1 }),
      before: rarely(4),
      defaultAction: fc.constantFrom("Deny" as const, "Deny" as const, "Allow" as const),
      trustedHops: fc.constantFrom(0, 0, 1, 2),
      lost: rarely(150),
    })
    .map((parts) => ({
      manifests: [...FURNITURE, ...parts.policies, ...(parts.lost ? [lost] : [])],
      earlier: parts.before && parts.earlier !== null ? [...FURNITURE, ...parts.earlier] : [],
      defaultAction: parts.defaultAction,
      trustedHops: parts.trustedHops,
    })),
);
