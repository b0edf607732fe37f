import { MemoryError } from "@mem/core";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables of an environment. An empty variable counts as not set. */
export interface VariableReader {
  text(name: string, otherwise: string): string;
  flag(name: string, otherwise: boolean): boolean;
  /** A whole number, from 1 to `max`. */
  count(name: string, otherwise: number, unit: string, max: number): number;
  /** A whole number of seconds, from 1 to `max`, or `null` for `never`. */
  interval(name: string, otherwise: number, max: number): number | null;
  word<T extends string>(name: string, otherwise: T, allowed: readonly T[]): T;
  /** A single folder's name, without separators. */
  folderName(name: string, otherwise: string): string;
  url(name: string, otherwise: string, protocols: readonly string[]): string;
}

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];

export function readVariable(environment: Environment): VariableReader {
  const read = <T>(name: string, otherwise: T, parse: (text: string) => T): T => {
    const text = environment[name]?.trim();
    return text === undefined || text === "" ? otherwise : parse(text);
  };
  return {
    text: (name, otherwise) => read(name, otherwise, (text) => text),
    flag: (name, otherwise) =>
      read(name, otherwise, (text) => {
        if (TRUE.includes(text.toLowerCase())) return true;
        if (FALSE.includes(text.toLowerCase())) return false;
        throw refuse(name, text, "true or false");
      }),
    count: (name, otherwise, unit, max) =>
      read(name, otherwise, (text) => {
        const count = parseCount(text, max);
        if (count !== undefined) return count;
        throw refuse(name, text, `a whole number of ${unit} from 1 to ${max}`);
      }),
    interval: (name, otherwise, max) =>
      read<number | null>(name, otherwise, (text) => {
        if (text.toLowerCase() === "never") return null;
        const seconds = parseCount(text, max);
        if (seconds !== undefined) return seconds;
        throw refuse(name, text, `never, or a whole number of seconds from 1 to ${max}`);
      }),
    word: (name, otherwise, allowed) =>
      read(name, otherwise, (text) => {
        const found = allowed.find((word) => word === text.toLowerCase());
        if (found !== undefined) return found;
        throw refuse(name, text, orList(allowed));
      }),
    folderName: (name, otherwise) =>
      read(name, otherwise, (text) => {
        if (/^[\w-][\w.-]*$/.test(text)) return text;
        throw refuse(
          name,
          text,
          "a folder's name of letters, digits, dots, dashes and underscores",
        );
      }),
    url: (name, otherwise, protocols) =>
      read(name, otherwise, (text) => {
        const protocol = URL.canParse(text) ? new URL(text).protocol : "";
        if (protocols.includes(protocol)) return text;
        throw refuse(
          name,
          withoutPassword(text),
          `a URL that begins with ${protocols.join("// or ")}//`,
        );
      }),
  };
}

function parseCount(text: string, max: number): number | undefined {
  const count = Number(text);
  return /^\d+$/.test(text) && count >= 1 && count <= max ? count : undefined;
}

function orList(words: readonly string[]): string {
  return words.length < 3 ? words.join(" or ") : `one of ${words.join(", ")}`;
}

/** Removes all that could be a user, a password or an option, even if the text is not a valid URL. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z][\w+.-]*:\/\/)?.*@/i, "$1…@").replace(/\?.*/s, "?…");
}

function refuse(name: string, value: string, accepted: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${name} is "${value}"; accepted is ${accepted}`, {
    path: name,
  });
}
