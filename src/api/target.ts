import type { Check } from "./check.ts";
import { choice, list, optional, struct, text } from "./fields.ts";
import { host } from "./http-forms.ts";
import { objectName } from "./name-forms.ts";
import { labelSelector } from "./selector.ts";

const GATEWAY_GROUP = "gateway.networking.k8s.io";

const groupFitsKind: Check = {
  code: "InvalidValue",
  rule: `self.kind == 'Service' ? self.group == '' : self.group == '${GATEWAY_GROUP}'`,
  message: `\`group\` must be "" for a Service and \`${GATEWAY_GROUP}\` for an HTTPRoute or a Gateway`,
  fields: ["group", "kind"],
  at: "group",
  holds: (target) => target.get("group") === (target.get("kind") === "Service" ? "" : GATEWAY_GROUP),
};

const targetRefSchema = struct(
  "One object of the policy's namespace.",
  {
    group: choice('The API group of the object: "" for a Service.', ["", GATEWAY_GROUP], { default: "" }),
    kind: choice("The kind of the object.", ["Service", "HTTPRoute", "Gateway"]),
    name: text("The name of the object, in the policy's namespace.", { maxLength: 253, form: objectName }),
  },
  {
    checks: [groupFitsKind],
    notYet: { sectionName: "a policy is for the whole object", namespace: "a policy is for objects of its own namespace" },
  },
);

/** The three ways to say whose calls a policy decides; at most one of them is used. */
export const TARGET_FIELDS = ["targetRefs", "selector", "hosts"] as const;

export const targetFields = {
  targetRefs: optional(
    list("The Services (or, at gateways, the HTTPRoutes and Gateways) whose calls this policy decides.", targetRefSchema, {
      minItems: 1,
      maxItems: 16,
      salvage: true,
    }),
  ),
  selector: optional(labelSelector("Selects the workloads whose calls this policy decides, by the labels of their pods.")),
  hosts: optional(
    list(
      "The hosts whose calls this policy decides at a gateway.",
      text("A host as `api.example.com`, all below a domain as `*.example.com`, or `*`: any.", { maxLength: 253, form: host }),
      { minItems: 1, maxItems: 64, salvage: true },
    ),
  ),
};
