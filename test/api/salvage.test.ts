import { describe, expect, it } from "vitest";
import { parseSpec, parseYaml } from "./manifests.ts";

/** What is left of a spec, and whether its target can be relied on. */
function left(spec: string): unknown {
  const { policy } = parseSpec(spec);
  return { spec: policy.spec, targetUnknown: policy.targetUnknown, faults: policy.faults.length };
}

describe("what is left of a faulty policy", () => {
  it("is its target and the rules and methods without fault", () => {
    const spec = `
      targetRefs: [{ kind: Service, name: orders }]
      authentication: [{ name: good, anonymous: {} }, { name: bad }]
      rules:
        - { name: shut, effect: Deny, to: [{ paths: ["/admin/{**}"] }] }
        - { name: broken, effect: Deny, to: [{ paths: ["/a/**"] }] }
        - { name: open, effect: Allow }
    `;
    expect(left(spec)).toEqual({
      spec: {
        targetRefs: [{ group: "", kind: "Service", name: "orders" }],
        mode: "Enforce",
        authentication: [{ name: "good", anonymous: {}, forward: false }],
        rules: [
          { name: "shut", effect: "Deny", to: [{ paths: ["/admin/{**}"] }] },
          { name: "open", effect: "Allow" },
        ],
      },
      targetUnknown: false,
      faults: 2,
    });
  });

  it("is never a part of a rule, of a method or of the peer's requirements", () => {
    expect(
      left(
        "{ peer: { mtls: Required, trustDomains: [A] }, rules: [{ name: a, effect: Deny, when: [{ expression: x }], nots: 1 }] }",
      ),
    ).toEqual({
      spec: { mode: "Enforce", rules: [] },
      targetUnknown: false,
      faults: 2,
    });
  });

  it("enforces, where the mode cannot be read", () => {
    expect(left("mode: shadow")).toEqual({ spec: { mode: "Enforce" }, targetUnknown: false, faults: 1 });
  });

  it.each([
    [
      "one of several targets is faulty",
      "targetRefs: [{ kind: Service, name: orders }, { kind: Servce, name: stock }]",
      { targetRefs: [{ group: "", kind: "Service", name: "orders" }] },
    ],
    ["a host is faulty", "hosts: [api.example.com, 'api.example.com:80']", { hosts: ["api.example.com"] }],
    ["the selector is faulty", "selector: { matchLabels: { app: [] } }", {}],
    ["the selector is empty", "selector: { matchLabels: {} }", {}],
    [
      "there are two kinds of target",
      "{ hosts: [a.example], targetRefs: [{ kind: Service, name: a }] }",
      { targetRefs: [{ group: "", kind: "Service", name: "a" }], hosts: ["a.example"] },
    ],
    ["a target field is misspelt", "{ targetRef: { kind: Service, name: orders } }", {}],
    ["another system's target field stands there", "{ workloadSelector: {} }", {}],
  ])("has no target to rely on where %s", (_, spec, target) => {
    expect(left(spec)).toMatchObject({ spec: { mode: "Enforce", ...target }, targetUnknown: true });
  });

  it.each(["[]", "text", "null", "3"])("has no target to rely on where the spec is %s", (spec) => {
    expect(left(spec)).toEqual({ spec: { mode: "Enforce" }, targetUnknown: true, faults: 1 });
  });

  it("has a target to rely on where only something else is misspelt", () => {
    expect(left("{ hosts: [a.example], rulez: [] }")).toEqual({
      spec: { hosts: ["a.example"], mode: "Enforce" },
      targetUnknown: false,
      faults: 1,
    });
  });

  it("is a policy even without a spec, or with a field too many beside it", () => {
    const metadata = "apiVersion: sallyport.dev/v1alpha1\nkind: APIPolicy\nmetadata: { name: a }\n";
    expect(parseYaml(metadata)).toMatchObject({
      outcome: "resource",
      resource: { namespace: "default", targetUnknown: true, faults: [{ code: "MissingField", path: "spec" }] },
    });
    expect(parseYaml(`${metadata}spec: {}\nspecs: {}\nrules: []\n`)).toMatchObject({
      resource: {
        targetUnknown: false,
        faults: [
          { path: "specs", help: "did you mean `spec`?" },
          { path: "rules", help: "everything that a resource says stands under `spec`" },
        ],
      },
    });
  });
});
