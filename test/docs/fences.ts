import { readFileSync } from "node:fs";
import path from "node:path";

/** A fenced block of a page: the words after the language, its text and the line it starts at, counted from one. */
export interface Fence {
  readonly language: string;
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

export function readPage(name: string): string {
  return readFileSync(path.join(import.meta.dirname, "..", "..", "docs", name), "utf8");
}

/** Every fenced block, in order. Source: CommonMark §4.5, for fences of three backticks at the start of a line. */
export function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { readonly language: string; readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (open === undefined) {
      const head = /^```(\S*)[ ]*(.*)$/.exec(line);
      if (head !== null) open = { language: head[1] ?? "", info: head[2] ?? "", line: index + 1, lines: [] };
    } else if (line === "```") {
      fences.push({ language: open.language, info: open.info, line: open.line, text: open.lines.join("\n") });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`the block at line ${open.line} has no end`);
  return fences;
}
