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

const WILDCARDS = "a segment is `{name}`, everything below is `{**}` at the end, a prefix ends in `*`";
const LONE_PERCENT = /%(?![0-9A-Fa-f]{2})/gu;

interface Mistake {
  readonly found: (path: string) => boolean;
  readonly message: (path: string) => string;
  /** What was meant, where it can be written. */
  readonly right?: (path: string) => string;
  /** Whether `right` only comes close. */
  readonly near?: true;
}

/** In the order in which they are told: one mistake a path, the one that hides the others first. */
const MISTAKES: readonly Mistake[] = [
  {
    found: (path) => /^[a-z]+:\/\//u.test(path),
    message: (path) => `\`${path}\` is a URL, and paths have neither scheme nor host`,
    right: (path) => path.replace(/^[a-z]+:\/\/[^/]*/u, "") || "/",
  },
  {
    found: (path) => /[?#]/u.test(path),
    message: (path) => `\`${path}\` holds a \`?\` or \`#\`, and paths are matched without query and fragment`,
    right: (path) => path.replace(/[?#].*$/u, "") || "/",
  },
  {
    found: (path) => path.includes("\\"),
    message: (path) => `\`${path}\` holds a backslash, so no request's path equals it`,
    right: (path) => path.replaceAll("\\", "/"),
  },
  {
    found: (path) => !/^[/*]/u.test(path),
    message: (path) => `\`${path}\` does not start with \`/\`, so no request's path equals it`,
    right: (path) => `/${rewritten(path)}`,
  },
  {
    found: (path) => path.search(LONE_PERCENT) >= 0,
    message: (path) => `\`${path}\` has a \`%\` without two hex digits`,
    right: (path) => path.replaceAll(LONE_PERCENT, "%25"),
  },
  {
    found: (path) => path.includes("//"),
    message: (path) => `\`${path}\` has an empty segment, so no request's path equals it`,
    right: (path) => rewritten(path.replaceAll(/\/{2,}/gu, "/")),
  },
  {
    found: (path) => path.endsWith("/**"),
    message: (path) => `\`${path}\` would match only a literal \`**\`, which no request has`,
    right: rewritten,
  },
  {
    found: (path) => path.slice(0, -1).includes("{**}"),
    message: (path) => `\`${path}\` has \`{**}\` before its end, and it stands for all that is left`,
    right: rewritten,
    near: true,
  },
  {
    found: (path) => path.includes("{*}"),
    message: (path) => `\`${path}\` has \`{*}\`, and a segment is written with a name`,
    right: rewritten,
  },
  {
    found: (path) => /^\*.*\*$/u.test(path),
    message: (path) => `\`${path}\` has a \`*\` at both ends, and one at most is understood`,
  },
  {
    found: (path) => path.includes("*") && /[{}]/u.test(path),
    message: (path) => `\`${path}\` mixes \`*\` with a template`,
    right: (path) => (path.endsWith("*") ? path.replace(/\/[^/]*$/u, "/{**}") : rewritten(path)),
    near: true,
  },
  {
    found: (path) => path.includes("/**/"),
    message: (path) => `\`${path}\` has \`**\` inside, and only the end of a path can stand for many segments`,
    right: rewritten,
    near: true,
  },
  {
    found: (path) => path.includes("*"),
    message: (path) => `\`${path}\` has a \`*\` inside, where it would be literal`,
    right: rewritten,
  },
  {
    found: (path) => /[{}]/u.test(path),
    message: (path) => `\`${path}\` has a brace inside a segment: \`{name}\` is a whole segment`,
    right: rewritten,
    near: true,
  },
];

function explain(path: string): Explanation | undefined {
  const mistake = MISTAKES.find(({ found }) => found(path));
  if (mistake === undefined) return undefined;
  const right = mistake.right?.(path) ?? "";
  if (!new RegExp(pathPattern.pattern, "u").test(right)) return { message: mistake.message(path), help: WILDCARDS };
  return {
    message: mistake.message(path),
    help: mistake.near === true ? `the nearest that can be written is \`${right}\`` : `write \`${right}\``,
  };
}

/**
 * `/api/v1/orders`, `/static/*`, `*.png`, `/orders/{id}`, `/admin/{**}`, `*` for any. What only a whole look at the path can tell (dot segments, escapes
 * that no request may have) is for the compiler, which reads policy paths and requests with the same eyes.
 */
export const pathPattern: Form = {
  code: "InvalidPath",
  expected: "a path, a prefix, a suffix or a template",
  pattern: `^(?:\\*|${TEMPLATE}|${PREFIX}|${SUFFIX})$`,
  help: `write \`/api/v1/orders\`; ${WILDCARDS}`,
  explain,
};
