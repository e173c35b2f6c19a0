import { describe, expect, test } from "vitest";
import { renderLogLine } from "../../playground/event-line.ts";

const clock = new Date("2026-03-01T12:00:00.000Z").toTimeString().slice(0, 8);
const allow = {
  level: "info",
  time: "2026-03-01T12:00:00.000Z",
  decision: "allow",
  status: 200,
  reason: "allowed",
  method: "GET",
  path_template: "/api/v1/orders/{id}",
  peer: "spiffe://cluster.local/ns/shop/sa/frontend",
  identities: [],
  rule: "frontend-reads",
  duration_us: 182.4,
};

describe("a line of the data plane's log", () => {
  test("that is an allow names the template, the caller, the rule and the time it took", () => {
    expect(renderLogLine(JSON.stringify(allow))).toBe(
      `${clock}  ALLOW     allowed          GET /api/v1/orders/{id}  by ns/shop/sa/frontend  rule frontend-reads  182 µs`,
    );
  });

  test("that is a denial names the status, the path and every identity", () => {
    const deny = {
      ...allow,
      decision: "deny",
      status: 403,
      reason: "denied_by_rule",
      path: "/internal",
      identities: [{ method: "users", subject: "alice" }],
      rule: undefined,
    };
    expect(renderLogLine(JSON.stringify(deny))).toBe(
      `${clock}  DENY 403  denied_by_rule   GET /internal  by ns/shop/sa/frontend + alice  182 µs`,
    );
  });

  test("about a caller that nobody knows says so", () => {
    expect(
      renderLogLine(
        JSON.stringify({
          time: allow.time,
          decision: "deny",
          status: 401,
          reason: "unauthenticated",
          method: "GET",
          path: "/",
          peer: "",
          identities: [],
        }),
      ),
    ).toBe(`${clock}  DENY 401  unauthenticated  GET /  by nobody known`);
  });

  test("that is other news keeps its message, and is marked if it is a fault", () => {
    expect(renderLogLine(JSON.stringify({ level: "info", time: allow.time, msg: "plan in force", generation: 3 }))).toBe(
      `${clock}  plan in force (generation 3)`,
    );
    const fault = {
      level: "error",
      time: allow.time,
      msg: "policy fault",
      at: "orders.yaml:3:1",
      fault: "no such effect",
      help: "write `Allow`",
    };
    expect(renderLogLine(JSON.stringify(fault))).toBe(
      `${clock}  ! policy fault  orders.yaml:3:1  no such effect  (write \`Allow\`)`,
    );
  });

  test("that is no JSON is shown as it is, and one without a message not at all", () => {
    expect(renderLogLine("Error: boom")).toBe("Error: boom");
    expect(renderLogLine("")).toBeUndefined();
    expect(renderLogLine("{}")).toBeUndefined();
    expect(renderLogLine("17")).toBe("17");
  });
});
