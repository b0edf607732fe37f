import { MemoryError } from "./errors.ts";

export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** JSON as a caller may hand it in: read-only arrays and objects, too. */
export type JsonInput =
  | JsonPrimitive
  | readonly JsonInput[]
  | { readonly [key: string]: JsonInput };

/**
 * `T` where it survives JSON unchanged; `never` at each property that does not (a `Date`, a `Map`, a function,
 * `undefined`), so that the compiler points at it. An `interface` is accepted.
 */
export type JsonCompatible<T> = [T] extends [JsonValue]
  ? T
  : unknown extends T
    ? never
    : T extends JsonPrimitive
      ? T
      : T extends NotJson
        ? never
        : T extends readonly unknown[]
          ? { [K in keyof T]: JsonCompatible<T[K]> }
          : T extends object
            ? { [K in keyof T]: JsonProperty<T, K> }
            : never;

type NotJson =
  | bigint
  | symbol
  | undefined
  | ((...args: never[]) => unknown)
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | ArrayBufferView
  | Promise<unknown>
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>;

// A property that may be missing may be said to be undefined; one that has to be there, and those of an index, may not.
type JsonProperty<T, K extends keyof T> = string extends K
  ? JsonCompatible<T[K]>
  : {} extends Pick<T, K>
    ? JsonCompatible<Exclude<T[K], undefined>> | undefined
    : JsonCompatible<T[K]>;

export interface JsonLimits {
  /** How deep objects and arrays may nest. Default 200. */
  readonly maxDepth: number;
  /** The size of the value as JSON text, in characters, counted without escapes. Default 8,388,608. */
  readonly maxSize: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = { maxDepth: 200, maxSize: 8 * 1024 * 1024 };

/**
 * Returns a copy of `value` that shares nothing with it, and refuses whatever JSON would change or drop.
 *
 * `-0` becomes `0`. Rejects with `MEM_NOT_JSON` (`undefined`, functions, `BigInt`, `NaN`, `Date`, class instances,
 * cycles, sparse arrays, lone surrogates, deeper than `maxDepth`) or `MEM_TOO_LARGE`; the error names the path.
 */
export function copyJson(
  value: unknown,
  path: string,
  limits: JsonLimits = DEFAULT_JSON_LIMITS,
): JsonValue {
  return new JsonCopier(path, limits).copy(value, 0);
}

/** `copyJson` for what has to be an object, such as metadata. */
export function copyJsonObject(value: unknown, path: string, limits?: JsonLimits): JsonObject {
  const copy = copyJson(value, path, limits);
  if (typeof copy !== "object" || copy === null || Array.isArray(copy)) {
    throw new MemoryError("MEM_INVALID_ARGUMENT", `${path} has to be a plain object`, { path });
  }
  return copy;
}

/** A copy of what is known to be JSON, for handing out what stays stored. */
export function cloneJson<T extends JsonValue>(value: T): T {
  return clone(value) as T;
}

function clone(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) items.push(isContainer(item) ? clone(item) : item);
    return items;
  }
  const out: JsonObject = {};
  for (const key in value) {
    const item = value[key] as JsonValue;
    const copy = isContainer(item) ? clone(item) : item;
    if (key === "__proto__") setOwn(out, key, copy);
    else out[key] = copy;
  }
  return out;
}

// Most of what a value holds is no container: not calling for each of them halves the time.
function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

/** One strict walk that checks and copies at once. The path is kept as a stack and spelled out only on error. */
class JsonCopier {
  readonly #root: string;
  readonly #limits: JsonLimits;
  readonly #keys: (string | number)[] = [];
  readonly #ancestors: object[] = [];
  #size = 0;

  constructor(root: string, limits: JsonLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  copy(value: unknown, depth: number): JsonValue {
    switch (typeof value) {
      case "string":
        if (!value.isWellFormed()) throw this.#notJson(depth, "has a lone surrogate");
        this.#grow(value.length + 2, depth);
        return value;
      case "number":
        if (!Number.isFinite(value)) throw this.#notJson(depth, `is ${value}`);
        this.#grow(8, depth);
        return value + 0;
      case "boolean":
        this.#grow(5, depth);
        return value;
      case "object":
        if (value === null) {
          this.#grow(4, depth);
          return null;
        }
        return this.#copyObject(value, depth);
      case "undefined":
        throw this.#notJson(depth, "is undefined");
      case "bigint":
      case "symbol":
      case "function":
        throw this.#notJson(depth, `is a ${typeof value}`);
    }
  }

  #copyObject(value: object, depth: number): JsonValue {
    if (depth >= this.#limits.maxDepth) {
      throw this.#notJson(depth, `is nested deeper than ${this.#limits.maxDepth} levels`);
    }
    for (let i = 0; i < depth; i++) {
      if (this.#ancestors[i] === value)
        throw this.#notJson(depth, "refers back to what contains it");
    }
    this.#ancestors[depth] = value;
    this.#grow(2, depth);
    return Array.isArray(value) ? this.#copyArray(value, depth) : this.#copyRecord(value, depth);
  }

  #copyArray(value: readonly unknown[], depth: number): JsonValue[] {
    const length = value.length;
    this.#grow(length, depth);
    const items: JsonValue[] = [];
    for (let i = 0; i < length; i++) {
      this.#keys[depth] = i;
      if (value[i] === undefined && !(i in value))
        throw this.#notJson(depth + 1, "is a hole in an array");
      items.push(this.copy(this.#read(value, i, depth), depth + 1));
    }
    if (Object.keys(value).length !== length)
      throw this.#notJson(depth, "is an array with extra properties");
    return items;
  }

  #copyRecord(value: object, depth: number): JsonObject {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null && !isPlainFromOtherRealm(prototype)) {
      throw this.#notJson(depth, `is an instance of ${className(value)}`);
    }
    if (Object.getOwnPropertySymbols(value).length > 0)
      throw this.#notJson(depth, "has a symbol as a key");
    const out: JsonObject = {};
    for (const key of Object.keys(value)) {
      this.#keys[depth] = key;
      if (!key.isWellFormed()) throw this.#notJson(depth + 1, "has a lone surrogate in its key");
      this.#grow(key.length + 4, depth + 1);
      const item = this.copy(this.#read(value as Record<string, unknown>, key, depth), depth + 1);
      if (key === "__proto__") setOwn(out, key, item);
      else out[key] = item;
    }
    return out;
  }

  #read<K extends string | number>(
    from: Readonly<Record<K, unknown>>,
    key: K,
    depth: number,
  ): unknown {
    try {
      return from[key];
    } catch (cause) {
      throw this.#notJson(depth + 1, "has a getter that throws", cause);
    }
  }

  #grow(size: number, depth: number): void {
    this.#size += size;
    if (this.#size <= this.#limits.maxSize) return;
    const path = this.#root;
    throw new MemoryError(
      "MEM_TOO_LARGE",
      `${path} is larger than ${this.#limits.maxSize} characters of JSON (reached at ${this.#path(depth)})`,
      { path },
    );
  }

  #notJson(depth: number, problem: string, cause?: unknown): MemoryError {
    const path = this.#path(depth);
    return new MemoryError("MEM_NOT_JSON", `${path} ${problem}; only plain JSON is stored`, {
      path,
      cause,
    });
  }

  #path(depth: number): string {
    let path = this.#root;
    for (const key of this.#keys.slice(0, depth)) path += segment(key);
    return path;
  }
}

function segment(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function setOwn(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function isPlainFromOtherRealm(prototype: unknown): boolean {
  return (
    typeof prototype === "object" &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf")
  );
}

function className(value: object): string {
  const constructor: unknown = (value as { constructor?: unknown }).constructor;
  return typeof constructor === "function" && constructor.name !== ""
    ? constructor.name
    : "a class";
}
