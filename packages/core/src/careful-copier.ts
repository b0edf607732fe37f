import { isMemoryError, MemoryError } from "./errors.ts";
import { setOwn, type JsonLimits, type JsonObject, type JsonValue } from "./json.ts";

/**
 * Checks and copies a value in one pass that tracks its path, so that errors can name it: the path is kept as a stack
 * and becomes text only on error.
 */
export class CarefulCopier {
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
    try {
      return Array.isArray(value) ? this.#copyArray(value, depth) : this.#copyRecord(value, depth);
    } catch (cause) {
      if (isMemoryError(cause)) throw cause;
      throw this.#notJson(depth, "is a proxy that can't be read", cause);
    }
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
