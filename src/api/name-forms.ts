import type { Explanation, Form } from "./form.ts";

/** RFC 1123 §2.1, as Kubernetes reads it. */
export const LABEL = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
export const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`;

function explainName(text: string): Explanation | undefined {
  const right = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/gu, "-")
    .replaceAll(/^[-.]+|[-.]+$/gu, "");
  return right === "" || right === text
    ? undefined
    : { message: `\`${text}\` is not a Kubernetes name: lower-case letters, digits and \`-\` only`, help: `write \`${right}\`` };
}

export const dnsLabel: Form = {
  code: "InvalidName",
  expected: "a DNS label: lower-case letters, digits and `-`",
  pattern: `^${LABEL}$`,
  help: "write a name like `orders-v2`",
  explain: explainName,
};

export const objectName: Form = {
  code: "InvalidName",
  expected: "a Kubernetes object name: lower-case letters, digits, `-` and `.`",
  pattern: `^${SUBDOMAIN}$`,
  help: "write a name like `orders-v2`",
  explain: explainName,
};

/** `app.kubernetes.io/name` or `app`. Source: Kubernetes, "Labels and Selectors", syntax. */
export const labelKey: Form = {
  code: "InvalidLabel",
  expected: "a label key",
  pattern: `^(?:${SUBDOMAIN}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`,
  help: "write a key like `app` or `app.kubernetes.io/name`",
};

export const labelValue: Form = {
  code: "InvalidLabel",
  expected: "a label value",
  pattern: "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$",
  help: "write letters, digits, `-`, `_` and `.`, at most 63 of them",
};
