import type { Explanation, Form } from "./form.ts";

const CHARACTER = "(?:[^/*{}?#%\\\\\\x00-\\x1f\\x7f]|%[0-9A-Fa-f]{2})";
const SEGMENT = `/${CHARACTER}+`;
const VARIABLE = "/\\{[A-Za-z_][A-Za-z0-9_.-]*\\}";
const REST = "/\\{\\*\\*\\}";

const TEMPLATE = `(?:/|${REST}|(?:${SEGMENT}|${VARIABLE})+(?:/|${REST})?)`;
const PREFIX = `(?:${SEGMENT})*/${CHARACTER}*\\*`;
const SUFFIX = `\\*(?:${CHARACTER}+(?:${SEGMENT})*|(?:${SEGMENT})+)/?`;

function named(segment: string, index: number): string {
  const word = segment.replaceAll(/[^A-Za-z0-9_]/gu, "");
  return /^[A-Za-z_]/u.test(word) ? `{${word}}` : `{part${index}}`;
}

/** Rewrites what other path languages mean by a wildcard. */
function rewritten(path: string): string {
  const segments = path.split("/");
  return segments
    .map((segment, index) => {
      const last = index === segments.length - 1;
      if (segment === "**" || segment === "{**}") return last ? "{**}" : named("", index);
      if (segment === "*" && last) return "*";
      if (segment === "*" || segment === "{*}") return named("", index);
      if (/^\{[^{}]*\}$/u.test(segment)) return named(segment, index);
      if (/[{}]/u.test(segment)) return named(/\{([^{}]*)\}/u.exec(segment)?.[1] ?? "", index);
      return segment.includes("*") && !last ? named("", index) : segment;
    })
    .join("/");
}

function suggestion(right: string): { readonly help?: string } {
  return new RegExp(pathPattern.pattern, "u").test(right) ? { help: `write \`${right}\`` } : {};
}

const WILDCARDS = "a segment is `{name}`, everything below is `{**}` at the end, a prefix ends in `*`";

function explain(path: string): Explanation | undefined {
  if (path === "*") return { message: "`*` says nothing about a path", help: "leave `paths` out, or write `/*`" };
  const origin = /^[a-z]+:\/\/[^/]*/u.exec(path);
  if (origin !== null) {
    return {
      message: `\`${path}\` is a URL, and paths have neither scheme nor host`,
      ...suggestion(path.slice(origin[0].length) || "/"),
    };
  }
  if (/[?#]/u.test(path)) {
    return {
      message: `\`${path}\` holds a \`?\` or \`#\`, and paths are matched without query and fragment`,
      ...suggestion(path.replace(/[?#].*$/u, "") || "/"),
    };
  }
  if (path.includes("\\"))
    return {
      message: `\`${path}\` holds a backslash, so no request's path equals it`,
      ...suggestion(path.replaceAll("\\", "/")),
    };
  if (!/^[/*]/u.test(path))
    return {
      message: `\`${path}\` does not start with \`/\`, so no request's path equals it`,
      ...suggestion(`/${rewritten(path)}`),
    };
  if (/%(?![0-9A-Fa-f]{2})/u.test(path)) {
    return {
      message: `\`${path}\` has a \`%\` without two hex digits`,
      ...suggestion(path.replaceAll(/%(?![0-9A-Fa-f]{2})/gu, "%25")),
    };
  }
  if (path.includes("//"))
    return {
      message: `\`${path}\` has an empty segment, so no request's path equals it`,
      ...suggestion(path.replaceAll(/\/{2,}/gu, "/")),
    };
  if (path.endsWith("/**"))
    return { message: `\`${path}\` would match only a literal \`**\`, which no request has`, ...suggestion(rewritten(path)) };
  if (path.includes("{**}"))
    return {
      message: `\`${path}\` has \`{**}\` before its end, and it stands for all that is left`,
      ...suggestion(rewritten(path)),
    };
  if (path.includes("{*}"))
    return { message: `\`${path}\` has \`{*}\`, and a segment is written with a name`, ...suggestion(rewritten(path)) };
  if (/^\*.*\*$/u.test(path))
    return { message: `\`${path}\` has a \`*\` at both ends, and one at most is understood`, help: WILDCARDS };
  if (path.includes("*") && /[{}]/u.test(path)) {
    return {
      message: `\`${path}\` mixes \`*\` with a template`,
      ...(path.endsWith("*") ? suggestion(path.replace(/\/[^/]*$/u, "/{**}")) : { help: WILDCARDS }),
    };
  }
  if (path.includes("*"))
    return { message: `\`${path}\` has a \`*\` inside, where it would be literal`, ...suggestion(rewritten(path)) };
  if (/[{}]/u.test(path)) {
    return { message: `\`${path}\` has a brace inside a segment: \`{name}\` is a whole segment`, ...suggestion(rewritten(path)) };
  }
  return undefined;
}

/**
 * `/api/v1/orders`, `/static/*`, `*.png`, `/orders/{id}`, `/admin/{**}`. What only a whole look at the path can tell (dot segments, escapes
 * that no request may have) is for the compiler, which reads policy paths and requests with the same eyes.
 */
export const pathPattern: Form = {
  code: "InvalidPath",
  expected: "a path, a prefix, a suffix or a template",
  pattern: `^(?:${TEMPLATE}|${PREFIX}|${SUFFIX})$`,
  help: `write \`/api/v1/orders\`; ${WILDCARDS}`,
  explain: (path) => {
    const explanation = explain(path);
    return explanation === undefined || explanation.help !== undefined ? explanation : { ...explanation, help: WILDCARDS };
  },
};
