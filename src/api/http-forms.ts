import type { Explanation, Form } from "./form.ts";

const DNS_PART = "[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?";
const DNS_NAME = `${DNS_PART}(?:\\.${DNS_PART})*`;
const IPV6 = "\\[[0-9a-f:.]*:[0-9a-f:.]*\\]";

function explainHost(host: string): Explanation | undefined {
  let right = host.trim();
  const faults: string[] = [];
  const fix = (fault: string, next: string): void => {
    if (next === right) return;
    faults.push(fault);
    right = next;
  };
  fix("a scheme", right.replace(/^[a-z][a-z0-9+.-]*:\/\//iu, ""));
  fix("a path", right.replace(/[/?#].*$/u, ""));
  fix("user information", right.replace(/^[^@]*@/u, ""));
  fix("a port", right.replace(/^(\[[^\]]*\]|[^:]*):[0-9*]*$/u, "$1"));
  fix("a trailing dot", right.replace(/\.$/u, ""));
  fix("upper-case letters", right.toLowerCase());
  if (/^[0-9a-f]*:[0-9a-f:.]*$/u.test(right)) fix("an IPv6 address without brackets", `[${right}]`);
  if (/[^\0-\x7f]/u.test(right))
    return { message: `\`${host}\` is not ASCII, and requests carry hosts in punycode`, help: "write its `xn--` form" };
  if (right.replace(/^\*\./u, "").includes("*")) {
    return { message: `\`${host}\` has a \`*\` that is not its whole first label`, help: "write `*.example.com`" };
  }
  return faults.length === 0
    ? undefined
    : { message: `\`${host}\` has ${faults.join(" and ")}, so no request's host equals it`, help: `write \`${right}\`` };
}

/** `api.example.com`, `*.example.com`, `192.0.2.1`, `[2001:db8::1]`, `*` for any: as a request's host reads once it is normalized. */
export const host: Form = {
  code: "InvalidHost",
  expected: "a host",
  pattern: `^(?:\\*|(?:\\*\\.)?${DNS_NAME}|${IPV6})$`,
  help: "write `api.example.com` or `*.example.com`",
  explain: explainHost,
};

/** Methods are case-sensitive. Source: RFC 9110 §9.1. */
export const method: Form = {
  code: "InvalidMethod",
  expected: "an HTTP method",
  pattern: "^[A-Z]{1,32}$",
  help: "write `GET`, `POST`, …: upper-case letters only, since requests with any other are refused",
  explain(text) {
    if (text === "*") return { message: "`*` says nothing about a method", help: "leave `methods` out" };
    return /^[A-Za-z]+$/u.test(text)
      ? {
          message: `\`${text}\` has lower-case letters, and methods are case-sensitive: no request has it`,
          help: `write \`${text.toUpperCase()}\``,
        }
      : undefined;
  },
};

function explainHeaderName(text: string): Explanation | undefined {
  const right = text.trim().toLowerCase().replace(/:$/u, "");
  return right !== text && new RegExp(headerName.pattern, "u").test(right)
    ? {
        message: `\`${text}\` is not written as header names are compared: in lower case, without colon or spaces`,
        help: `write \`${right}\``,
      }
    : undefined;
}

/** A token in lower case. Source: RFC 9110 §5.1, RFC 9113 §8.2.1. */
export const headerName: Form = {
  code: "InvalidHeader",
  expected: "a header name",
  pattern: "^[-a-z0-9!#$%&'*+.^_`|~]+$",
  help: "write it in lower case: `x-api-key`",
  explain: explainHeaderName,
};

/** Without `_`, because what equals the name after folding `_` to `-` is removed from the request. */
export const writtenHeaderName: Form = {
  code: "InvalidHeader",
  expected: "the name of a header to write",
  pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",
  help: "write lower-case letters, digits and `-`: `x-user`",
  explain(text) {
    const right = text.trim().toLowerCase().replace(/:$/u, "").replaceAll("_", "-");
    return right !== text && new RegExp(writtenHeaderName.pattern, "u").test(right)
      ? {
          message: `\`${text}\` has upper-case letters, \`_\`, a colon or spaces, and services would read it in more than one way`,
          help: `write \`${right}\``,
        }
      : undefined;
  },
};

/** Visible ASCII with inner spaces. Source: RFC 9110 §5.5, without obs-text. */
export const headerValue: Form = {
  code: "InvalidHeader",
  expected: "a header value of visible ASCII",
  pattern: "^(?:[!-~](?:[ -~]*[!-~])?)?$",
  help: "leave out control characters, surrounding spaces and what is not ASCII",
};

/** What stands before a credential: `Bearer`. */
export const credentialPrefix: Form = {
  code: "InvalidHeader",
  expected: "a prefix of visible ASCII",
  pattern: "^[!-~](?:[ -~]*[!-~])?$",
  help: "write `Bearer`, without the space that follows an auth scheme",
  explain: (text) =>
    text.trim() === text
      ? undefined
      : {
          message: `\`${text}\` has spaces around it; the space after an auth scheme is implied`,
          help: `write \`${text.trim()}\``,
        },
};

/** Source: RFC 6265 §4.1.1, a token. */
export const cookieName: Form = {
  code: "InvalidName",
  expected: "a cookie name",
  pattern: "^[-A-Za-z0-9!#$%&'*+.^_`|~]+$",
  help: "write the name alone, `session` for instance",
};

export const queryName: Form = {
  code: "InvalidName",
  expected: "the name of a query parameter",
  pattern: "^[!\"$'-*,-<>-~]+$",
  help: "write the name alone and unescaped, `access_token` for instance",
  explain: (text) =>
    /[&=]/u.test(text) ? { message: `\`${text}\` holds a \`&\` or \`=\`, which separate parameters` } : undefined,
};

const ORIGIN = "https?://(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?";

function explainUrl(text: string): Explanation | undefined {
  if (/^https?:\/\/[^/]*@/u.test(text))
    return { message: "the URL holds user information, which would be sent to whoever reads the object", help: "leave it out" };
  if (!/^[a-z]+:\/\//u.test(text))
    return { message: `\`${text}\` has no scheme`, help: `write \`https://${text.replace(/^\/+/u, "")}\`` };
  if (!/^https?:/u.test(text)) return { message: `\`${text}\` is not an https URL` };
  return /[?#]/u.test(text)
    ? {
        message: `\`${text}\` has a query or a fragment, which an issuer never has`,
        help: `write \`${text.replace(/[?#].*$/u, "")}\``,
      }
    : undefined;
}

/** Compared with a token's `iss` exactly. Source: OpenID Connect Core §2, `iss`: neither query nor fragment. */
export const issuerUrl: Form = {
  code: "InvalidURL",
  expected: "an issuer's URL",
  pattern: `^${ORIGIN}(?:/[!"$->@-~]*)?$`,
  help: "write `https://id.example.com`, exactly as tokens carry it in `iss`",
  explain: explainUrl,
};

export const httpUrl: Form = {
  code: "InvalidURL",
  expected: "a URL",
  pattern: `^${ORIGIN}(?:[/?][!"$-~]*)?$`,
  help: "write `https://id.example.com/jwks.json`",
  explain: explainUrl,
};
