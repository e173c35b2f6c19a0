import type { Form } from "./form.ts";

/** A URI of visible ASCII. Source: RFC 3986 §3, RFC 5280 §4.2.1.6. */
export const certificateUri: Form = {
  code: "InvalidName",
  expected: "a URI",
  pattern: "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$",
  help: "write `spiffe://partner.example/billing` or `urn:partner:billing`",
  explain: (text) =>
    text.includes("*") && !text.includes(":")
      ? { message: `\`${text}\` holds a \`*\`, and names of certificates match exactly` }
      : undefined,
};

/** Lower case, since DNS has no case. Source: RFC 4343. */
export const dnsSubjectName: Form = {
  code: "InvalidName",
  expected: "a DNS name",
  pattern: "^(?:\\*\\.)?[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?(?:\\.[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?)*$",
  help: "write `billing.partner.example`",
  explain(text) {
    const right = text.toLowerCase().replace(/\.$/u, "");
    return right !== text && new RegExp(dnsSubjectName.pattern, "u").test(right)
      ? { message: `\`${text}\` has upper-case letters or a trailing dot`, help: `write \`${right}\`` }
      : undefined;
  },
};

export const emailAddress: Form = {
  code: "InvalidName",
  expected: "an email address",
  pattern: "^[!-?A-~]+@[!-?A-~]+$",
  help: "write `billing@partner.example`",
};

export const commonName: Form = {
  code: "InvalidName",
  expected: "a common name",
  pattern: "^[^\\x00-\\x1f\\x7f]+$",
  help: "write what stands behind `CN=`",
};

/** Source: RFC 2253 §2, without the spaces that it lets a reader ignore. */
export const distinguishedName: Form = {
  code: "InvalidName",
  expected: "a distinguished name",
  pattern: "^[A-Za-z0-9.]+=(?:[^\\x00-\\x1f\\x7f,\\\\]|\\\\[^\\x00-\\x1f\\x7f]|,[^\\x00-\\x1f\\x7f \\\\])*$",
  help: "write `CN=Partners CA,O=Acme`, the most specific part first",
  explain(text) {
    if (/^[A-Za-z0-9.]+=/u.test(text)) {
      return {
        message: `\`${text}\` has spaces behind its commas, and issuers are compared exactly`,
        help: `write \`${text.replaceAll(/, +(?=[A-Za-z0-9.]+=)/gu, ",")}\``,
      };
    }
    if (!text.startsWith("/")) return undefined;
    const right = text.slice(1).split("/").toReversed().join(",");
    return {
      message: `\`${text}\` is a distinguished name with slashes`,
      help: `write \`${right}\`, the most specific part first`,
    };
  },
};
