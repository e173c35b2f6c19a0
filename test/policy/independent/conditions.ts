import { ATOMS, type Glance } from "./condition-atoms.ts";
import { every, not, some, type Truth } from "./kleene.ts";
import type { Scene, View } from "./view.ts";

/**
 * A few shapes of conditions, those that the generator makes: atoms (`request.method == 'GET'` and the like), `!`, `&&`, `||`, `? :` and brackets.
 * An error is unknown, as the page says.
 */
type Condition = (glance: Glance) => Truth;

export function evaluate(expression: string, reading: string, scene: Scene, view: View): Truth {
  return parse(expression)({ reading, scene, view });
}

export function isCondition(expression: string): boolean {
  try {
    parse(expression);
    return true;
  } catch {
    return false;
  }
}

export function readsAuth(expression: string): boolean {
  return /\bauth\./.test(expression);
}

export function readsBody(expression: string): boolean {
  return /\brequest\.(body|form)/.test(expression);
}

function parse(expression: string): Condition {
  const rest = { text: expression };
  const condition = choice(rest);
  if (rest.text !== "") throw new SyntaxError(`\`${rest.text}\` is left`);
  return condition;
}

interface Rest {
  text: string;
}

function choice(rest: Rest): Condition {
  const test = disjunction(rest);
  if (!takes(rest, "?")) return test;
  const yes = disjunction(rest);
  if (!takes(rest, ":")) throw new SyntaxError("no `:`");
  const no = choice(rest);
  return (glance) => {
    const value = test(glance);
    return value === "unknown" ? value : value ? yes(glance) : no(glance);
  };
}

function disjunction(rest: Rest): Condition {
  const parts = [conjunction(rest)];
  while (takes(rest, "||")) parts.push(conjunction(rest));
  return (glance) => some(parts.map((part) => part(glance)));
}

function conjunction(rest: Rest): Condition {
  const parts = [negation(rest)];
  while (takes(rest, "&&")) parts.push(negation(rest));
  return (glance) => every(parts.map((part) => part(glance)));
}

function negation(rest: Rest): Condition {
  if (takes(rest, "!")) {
    const part = negation(rest);
    return (glance) => not(part(glance));
  }
  if (takes(rest, "(")) {
    const inner = choice(rest);
    if (!takes(rest, ")")) throw new SyntaxError("no `)`");
    return inner;
  }
  return atom(rest);
}

function atom(rest: Rest): Condition {
  for (const [shape, value] of ATOMS) {
    const found = shape.exec(rest.text);
    if (found === null) continue;
    rest.text = rest.text.slice(found[0].length).trimStart();
    return (glance) => value(glance, ...found.slice(1));
  }
  throw new SyntaxError(`no atom at \`${rest.text}\``);
}

function takes(rest: Rest, word: string): boolean {
  if (!rest.text.startsWith(word)) return false;
  rest.text = rest.text.slice(word.length).trimStart();
  return true;
}
