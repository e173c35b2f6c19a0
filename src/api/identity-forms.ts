import type { Explanation, Form } from "./form.ts";
import { LABEL, SUBDOMAIN } from "./name-forms.ts";

const TRUST_DOMAIN = "[a-z0-9._-]+";
/** SPIFFE ID specification §2.2: letters, digits, `.`, `-`, `_`; never empty, never a dot segment. */
const SPIFFE_SEGMENT = "(?:[A-Za-z0-9_-][A-Za-z0-9._-]*|\\.[A-Za-z0-9_-][A-Za-z0-9._-]*|\\.\\.[A-Za-z0-9._-]+)";

const ANY_PRESENT = "`*` stands alone and means: present and not empty";

function explainWildcard(text: string, field: string): Explanation | undefined {
  return text.includes("*")
    ? { message: `\`${text}\` holds a \`*\`, and ${field} match exactly`, help: `list each one; ${ANY_PRESENT}` }
    : undefined;
}

/** `spiffe://cluster.local/ns/shop/sa/frontend`. Source: SPIFFE ID specification §2; a leaf certificate's path is never empty. */
export const principal: Form = {
  code: "InvalidPrincipal",
  expected: "a SPIFFE ID",
  pattern: `^(?:\\*|spiffe://${TRUST_DOMAIN}(?:/${SPIFFE_SEGMENT})+)$`,
  help: "write `spiffe://cluster.local/ns/shop/sa/frontend`",
  explain(text) {
    const wildcard = explainWildcard(text, "principals");
    if (wildcard !== undefined) {
      return text.endsWith("/*")
        ? { ...wildcard, help: `use \`namespaces\` or \`trustDomains\` for many; ${ANY_PRESENT}` }
        : wildcard;
    }
    if (/^spiffe:\/\/[^/]*\/?$/u.test(text)) {
      return {
        message: `\`${text}\` names a trust domain, and no workload`,
        help: "use `trustDomains` for all of its workloads",
      };
    }
    if (/^spiffe:\/\/[^/]*[A-Z][^/]*\//u.test(text)) {
      const right = text.replace(/^spiffe:\/\/[^/]*/u, (domain) => domain.toLowerCase());
      return {
        message: `\`${text}\` has upper-case letters in its trust domain, so no principal equals it`,
        help: `write \`${right}\``,
      };
    }
    if (!text.includes("://")) {
      const right = `spiffe://${text.replace(/^\/+/u, "")}`;
      return new RegExp(principal.pattern, "u").test(right)
        ? { message: `\`${text}\` lacks \`spiffe://\`, so no principal equals it`, help: `write \`${right}\`` }
        : { message: `\`${text}\` lacks \`spiffe://\`, so no principal equals it` };
    }
    return undefined;
  },
};

/** `shop/frontend` */
export const serviceAccount: Form = {
  code: "InvalidServiceAccount",
  expected: "a service account with its namespace",
  pattern: `^(?:\\*|${LABEL}/${SUBDOMAIN})$`,
  help: "write `namespace/name`, `shop/frontend` for instance",
  explain(text) {
    if (/^[^/*]+\/\*$/u.test(text)) {
      const namespace = text.slice(0, -2);
      return {
        message: `\`${text}\` holds a \`*\`, and service accounts match exactly`,
        help: `use \`namespaces: [${namespace}]\` for all of a namespace`,
      };
    }
    const wildcard = explainWildcard(text, "service accounts");
    if (wildcard !== undefined) return wildcard;
    const parts =
      /^(?:spiffe:\/\/[^/]+\/)?ns\/([^/]+)\/sa\/([^/]+)$/u.exec(text) ?? /^system:serviceaccount:([^:]+):([^:]+)$/u.exec(text);
    if (parts !== null) {
      return {
        message: `\`${text}\` is not in the form \`namespace/name\``,
        help: `write \`${parts[1] ?? ""}/${parts[2] ?? ""}\``,
      };
    }
    return text.includes("/")
      ? undefined
      : { message: `\`${text}\` is a service account without its namespace`, help: `write \`namespace/${text}\`` };
  },
};

export const namespace: Form = {
  code: "InvalidNamespace",
  expected: "a namespace",
  pattern: `^(?:\\*|${LABEL})$`,
  help: "write a namespace's name, `shop` for instance",
  explain: (text) => explainWildcard(text, "namespaces"),
};

const TRUST_DOMAIN_WORDS = {
  code: "InvalidTrustDomain",
  expected: "a trust domain: lower-case letters, digits, `.`, `-` and `_`",
  help: "write `cluster.local`",
  explain(text: string): Explanation | undefined {
    const scheme = /^spiffe:\/\/([^/]+)/u.exec(text);
    if (scheme !== null)
      return { message: `\`${text}\` is a SPIFFE ID, not a trust domain`, help: `write \`${(scheme[1] ?? "").toLowerCase()}\`` };
    if (/^[A-Za-z0-9._-]+$/u.test(text)) {
      return {
        message: `\`${text}\` has upper-case letters, so no trust domain equals it`,
        help: `write \`${text.toLowerCase()}\``,
      };
    }
    return explainWildcard(text, "trust domains");
  },
} as const;

/** A trust domain, or `*`. */
export const trustDomain: Form = { ...TRUST_DOMAIN_WORDS, pattern: `^(?:\\*|${TRUST_DOMAIN})$` };

/** A trust domain by name. */
export const trustDomainName: Form = { ...TRUST_DOMAIN_WORDS, pattern: `^${TRUST_DOMAIN}$` };

/** `orders.read`. Source: RFC 6749 §3.3, `scope-token`. */
export const scope: Form = {
  code: "InvalidScope",
  expected: "a scope",
  pattern: "^[!#-\\[\\]-~]+$",
  help: "write one scope, `orders.read` for instance",
  explain: (text) =>
    /\s/u.test(text) && text.trim() !== ""
      ? {
          message: `\`${text}\` holds a space, and a scope never does`,
          help: `write each scope as its own item: [${text.trim().split(/\s+/u).join(", ")}]`,
        }
      : undefined,
};

/** A top-level claim by its exact name, dots included, or a JSON Pointer. Source: RFC 6901 §3. */
export const claimName: Form = {
  code: "InvalidClaim",
  expected: "a claim's name or a JSON Pointer",
  pattern: "^(?:[^/][\\s\\S]*|(?:/(?:[^~/]|~[01])+)+)$",
  help: "write `tenant`, or `/realm_access/roles` for a claim inside another; in a pointer `~` is written `~0`",
};

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const HEXTETS = "[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}";
const BITS_32 = "(?:/(?:3[0-2]|[12]?[0-9]))?";
const BITS_128 = "(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?";

/** `10.0.0.0/8`, `2001:db8::/32` or one address. Source: RFC 4632 §3.1, RFC 4291 §2.3. */
export const ipBlock: Form = {
  code: "InvalidAddress",
  expected: "an IP address or a CIDR block",
  pattern: `^(?:${OCTET}(?:\\.${OCTET}){3}${BITS_32}|${HEXTETS}(?::${OCTET}(?:\\.${OCTET}){3})?${BITS_128})$`,
  help: "write `10.0.0.0/8`, `2001:db8::/32` or one address",
  explain(text) {
    if (/^[0-9.]+(?:\/[0-9]+)?$/u.test(text) && /(?:^|\.)0[0-9]/u.test(text)) {
      const right = text.replaceAll(/(^|\.)0+(?=[0-9])/gu, "$1");
      return { message: `\`${text}\` has leading zeros, which some read as octal`, help: `write \`${right}\`` };
    }
    if (/^[0-9.]+:[0-9]+$/u.test(text)) {
      return { message: `\`${text}\` has a port, and blocks have none`, help: `write \`${text.replace(/:[0-9]+$/u, "")}\`` };
    }
    if (text.includes("%")) return { message: `\`${text}\` has a zone, which a peer's address never has` };
    if (/^[0-9.]+\s*-\s*[0-9.]+$/u.test(text))
      return { message: `\`${text}\` is a range, and blocks are written as CIDR`, help: "write `10.0.0.0/8`" };
    return undefined;
  },
};
