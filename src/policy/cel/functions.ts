/** One overload. Types are in the notation of `parseType`; a method is written `target.name(args)`. */
export interface CelFunctionOverload {
  readonly target?: string;
  readonly args: readonly string[];
  readonly result: string;
}

export interface CelFunction {
  readonly description: string;
  readonly overloads: readonly CelFunctionOverload[];
}

const fn = (description: string, ...overloads: readonly string[]): CelFunction => ({
  description,
  overloads: overloads.map(parseOverload),
});

/** Reads `string.(string,int):int` or `(string):int`. */
function parseOverload(text: string): CelFunctionOverload {
  const open = text.indexOf("(");
  const close = text.indexOf(")");
  const target = text.slice(0, Math.max(0, open - 1));
  const args = text.slice(open + 1, close);
  const shape = { args: args === "" ? [] : args.split(","), result: text.slice(close + 2) };
  return target === "" ? shape : { target, ...shape };
}

const selector = (description: string): CelFunction => fn(description, "timestamp.():int", "timestamp.(string):int");
const timeSelector = (description: string): CelFunction =>
  fn(description, "timestamp.():int", "timestamp.(string):int", "duration.():int");

/** Every function an expression can call: the source of the name check, the argument check and the reference page. */
export const CEL_FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map([
  [
    "size",
    fn(
      "number of characters, bytes, elements or keys",
      "(string):int",
      "(bytes):int",
      "(list):int",
      "(map):int",
      "string.():int",
      "bytes.():int",
      "list.():int",
      "map.():int",
    ),
  ],
  ["contains", fn("whether the text holds another", "string.(string):bool")],
  ["startsWith", fn("whether the text starts with another", "string.(string):bool")],
  ["endsWith", fn("whether the text ends with another", "string.(string):bool")],
  ["matches", fn("whether the RE2 pattern matches somewhere in the text", "string.(string):bool", "(string,string):bool")],
  ["charAt", fn("the character at a position", "string.(int):string")],
  ["indexOf", fn("position of the first occurrence, or -1", "string.(string):int", "string.(string,int):int")],
  ["lastIndexOf", fn("position of the last occurrence, or -1", "string.(string):int", "string.(string,int):int")],
  ["lowerAscii", fn("A to Z in lower case", "string.():string")],
  ["upperAscii", fn("a to z in upper case", "string.():string")],
  [
    "replace",
    fn("every occurrence replaced, or the first few", "string.(string,string):string", "string.(string,string,int):string"),
  ],
  ["split", fn("pieces between a separator", "string.(string):list<string>", "string.(string,int):list<string>")],
  ["substring", fn("from a position, up to another", "string.(int):string", "string.(int,int):string")],
  ["trim", fn("without white space at both ends", "string.():string")],
  ["join", fn("elements in one text, with a separator", "list<string>.():string", "list<string>.(string):string")],
  ["format", fn("printf for lists: `'%s-%d'.format([a, b])`", "string.(list):string")],
  ["strings.quote", fn("text in double quotes, escaped", "(string):string")],
  ["int", fn("as `int`", "(int):int", "(uint):int", "(double):int", "(string):int", "(timestamp):int", "(duration):int")],
  ["uint", fn("as `uint`", "(uint):uint", "(int):uint", "(double):uint", "(string):uint")],
  ["double", fn("as `double`", "(double):double", "(int):double", "(uint):double", "(string):double")],
  ["bool", fn("as `bool`", "(bool):bool", "(string):bool")],
  ["bytes", fn("UTF-8 bytes of a text", "(bytes):bytes", "(string):bytes")],
  [
    "string",
    fn(
      "as text",
      "(string):string",
      "(bool):string",
      "(int):string",
      "(uint):string",
      "(double):string",
      "(bytes):string",
      "(timestamp):string",
      "(duration):string",
    ),
  ],
  [
    "timestamp",
    fn("from RFC 3339 text, or from seconds since the epoch", "(timestamp):timestamp", "(string):timestamp", "(int):timestamp"),
  ],
  ["duration", fn("from text such as `1h30m`, or from seconds", "(duration):duration", "(string):duration", "(int):duration")],
  ["type", fn("the type of a value", "(dyn):type")],
  ["dyn", fn("the value, with its type forgotten", "(dyn):dyn")],
  ["getFullYear", selector("the year, in UTC or the zone given")],
  ["getMonth", selector("the month, from 0")],
  ["getDate", selector("day of the month, from 1")],
  ["getDayOfMonth", selector("day of the month, from 0")],
  ["getDayOfWeek", selector("day of the week, from 0 for Sunday")],
  ["getDayOfYear", selector("day of the year, from 0")],
  ["getHours", timeSelector("hours of a time, or of a whole duration")],
  ["getMinutes", timeSelector("minutes of a time, or of a whole duration")],
  ["getSeconds", timeSelector("seconds of a time, or of a whole duration")],
  ["getMilliseconds", timeSelector("milliseconds within the second")],
]);

/** Macros, which the parser expands; listed for the reference page and for help when one is written wrongly. */
export const CEL_MACROS: ReadonlyMap<string, string> = new Map([
  ["has", "write `has(a.b)`: whether the field is there; for a header, `'x-name' in request.headers`"],
  ["all", "write `list.all(x, condition)`: whether it holds for every element"],
  ["exists", "write `list.exists(x, condition)`: whether it holds for some element"],
  ["exists_one", "write `list.exists_one(x, condition)`: whether it holds for exactly one element"],
  ["existsOne", "write `list.existsOne(x, condition)`: whether it holds for exactly one element"],
  ["map", "write `list.map(x, value)` or `list.map(x, condition, value)`"],
  ["filter", "write `list.filter(x, condition)`: the elements for which it holds"],
]);

/** Names that stand for types: `type(auth.claims.age) == int`. */
export const CEL_TYPE_NAMES: ReadonlySet<string> = new Set([
  "int",
  "uint",
  "double",
  "bool",
  "string",
  "bytes",
  "list",
  "map",
  "null_type",
  "type",
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
]);
