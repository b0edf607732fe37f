export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** JSON as input: arrays and objects may be read-only. */
export type JsonInput =
  | JsonPrimitive
  | readonly JsonInput[]
  | { readonly [key: string]: JsonInput };

/**
 * `T` if it survives JSON unchanged; `never` at each property that does not (a `Date`, a `Map`, a function,
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

// An optional property may be `undefined`; a required one, or one of an index signature, may not.
type JsonProperty<T, K extends keyof T> = string extends K
  ? JsonCompatible<T[K]>
  : {} extends Pick<T, K>
    ? JsonCompatible<Exclude<T[K], undefined>> | undefined
    : JsonCompatible<T[K]>;

export interface JsonLimits {
  /** How deeply objects and arrays may nest. Default 200. */
  readonly maxDepth: number;
  /** The size of the value as JSON text, in characters, counted without escapes. Default 8,388,608. */
  readonly maxSize: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = { maxDepth: 200, maxSize: 8 * 1024 * 1024 };

/** Sets a property whatever its name: assigning to `__proto__` would set the prototype. */
export function setOwn(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
