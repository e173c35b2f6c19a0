import { list, optional, type Parsed, struct, text, textMap, whole } from "./fields.ts";
import { accepted, invalid, type ObjectContext, resourceOf } from "./object-context.ts";
import type { ParseOutcome } from "./parse-outcome.ts";
import { readValue } from "./read-value.ts";
import type { ServicePort, ServiceSpec } from "./service.ts";

const portSchema = struct(
  "A port.",
  { name: optional(text("Its name.", { maxLength: 63 })), port: whole("Its number.", { minimum: 1, maximum: 65_535 }) },
  { open: true },
);

/** As much of a Service as is read. The rest is Kubernetes' own, and is left alone. */
const serviceSpecSchema = struct(
  "A Service.",
  {
    selector: optional(textMap("Labels of the pods behind it.", { maxProperties: 64, maxLength: 63 })),
    ports: optional(list("Its ports.", portSchema, { maxItems: 1024 })),
  },
  { open: true },
);

/** `targetPort` is a number or a name, which no structural schema has a type for. */
function targetPort(spec: unknown, index: number): ServicePort["targetPort"] | undefined {
  const ports = typeof spec === "object" && spec !== null && "ports" in spec ? spec.ports : undefined;
  const port: unknown = Array.isArray(ports) ? ports[index] : undefined;
  const target = typeof port === "object" && port !== null && "targetPort" in port ? port.targetPort : undefined;
  if (typeof target === "string" && target !== "") return target;
  // The API server writes 0 where nothing was said.
  return typeof target === "number" && Number.isInteger(target) && target > 0 && target <= 65_535 ? target : undefined;
}

export function parseService(context: ObjectContext): ParseOutcome {
  const raw = context.raw.get("spec") ?? {};
  const spec = readValue(serviceSpecSchema, raw, "spec", context.faults) as Parsed<typeof serviceSpecSchema> | undefined;
  if (spec === undefined || context.faults.count > 0) return invalid(context);
  const ports = (spec.ports ?? []).map(
    ({ name, port }, index): ServicePort => ({
      ...(name === undefined ? {} : { name }),
      port,
      targetPort: targetPort(raw, index) ?? port,
    }),
  );
  const parsed: ServiceSpec = { selector: new Map(Object.entries(spec.selector ?? {})), ports };
  return accepted(resourceOf(context, "Service", parsed));
}
