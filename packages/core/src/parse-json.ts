import { setOwn, type JsonObject, type JsonValue } from "./json.ts";

/**
 * Parses JSON text like `JSON.parse`, also where the engine misreads names: in Node 24 and 26, `JSON.parse` returns the
 * name `"\""`, `"\n"` or another one with an escape as `"\\"` if it parsed that one before (nodejs/node#63785).
 * Backends parse with this function whatever users have named. Throws a `SyntaxError` if the text is not JSON.
 */
export function parseJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  // Only names with an escape are at risk, and few texts have any.
  return hasEscapedName(text) ? readJson(text) : parsed;
}

/** Whether a name of a property is written with an escape: whether a colon follows a string with a backslash. */
function hasEscapedName(text: string): boolean {
  for (let at = text.indexOf("\\"); at !== -1; at = text.indexOf("\\", at)) {
    // In valid JSON, a backslash is in a string: behind the end of that string.
    do at = text.indexOf('"', at) + 1;
    while (isEscaped(text, at - 1));
    while (isSpace(text.charCodeAt(at))) at++;
    if (text[at] === ":") return true;
  }
  return false;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === "\\") before--;
  return (at - before) % 2 === 0;
}

/** An array or object whose end was not read yet. */
interface Container {
  readonly value: JsonValue[] | JsonObject;
  /** The name of the property whose value comes next. */
  name?: string | undefined;
}

/** Reads text that is known to be JSON. `JSON.parse` reads only strings, numbers and literals. */
function readJson(text: string): unknown {
  const root: Container = { value: [] };
  const open = [root];
  let inner = root;
  for (const token of tokensOf(text)) {
    if (token === "}" || token === "]") {
      open.pop();
      inner = open.at(-1) ?? root;
    } else if (token === "{" || token === "[") {
      const value = token === "{" ? {} : [];
      put(inner, value);
      inner = { value };
      open.push(inner);
    } else put(inner, JSON.parse(token) as JsonValue);
  }
  return (root.value as JsonValue[])[0];
}

/** Adds what comes next: an item, the name of a property, or its value. */
function put(container: Container, next: JsonValue): void {
  const { value, name } = container;
  if (Array.isArray(value)) value.push(next);
  else if (name === undefined) container.name = next as string;
  else {
    setOwn(value, name, next);
    container.name = undefined;
  }
}

/** Brackets, strings, numbers and literals: commas, colons and white space tell nothing more. */
function* tokensOf(text: string): Generator<string> {
  const token = /["{}[\]]|[^\s",:{}[\]]+/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') token.lastIndex = endOfString(text, match.index);
    yield text.slice(match.index, token.lastIndex);
  }
}

/** Where the string that starts here ends. Not a regular expression: on long strings, it overflows the stack. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
}
