import { invalid, MemoryError } from "./errors.ts";
import { checkId } from "./scope.ts";
import type {
  SchemaInput,
  SchemaOutput,
  StandardSchema,
  StandardSchemaIssue,
} from "./standard-schema.ts";

/** A key with the schema of its values: what goes in under it is what comes out. Made by `memoryKey`. */
export interface MemoryKey<S extends StandardSchema = StandardSchema> {
  readonly name: string;
  readonly schema: S;
}

/**
 * Makes a typed key from any Standard Schema (Zod, Valibot, ArkType, …).
 *
 * `save` takes the schema's input and refuses what does not fit (`MEM_SCHEMA`); `retrieve` resolves its output.
 */
export function memoryKey<S extends StandardSchema>(name: string, schema: S): MemoryKey<S> {
  checkId(name, "name");
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw invalid("schema", "has to be a Standard Schema (it has no ~standard.validate)");
  }
  return { name, schema };
}

/** A key's name, or the typed key itself. */
export type KeyLike = string | MemoryKey;
export type KeyInput<K extends MemoryKey> = SchemaInput<K["schema"]>;
export type KeyOutput<K extends MemoryKey> = SchemaOutput<K["schema"]>;

export function keyName(key: KeyLike): string {
  return checkId(typeof key === "object" && key !== null ? key.name : key, "key");
}

export function keySchema(key: KeyLike): StandardSchema | undefined {
  return typeof key === "object" && key !== null ? key.schema : undefined;
}

/** Validates a value; throws `MEM_SCHEMA` that names where it fails, never the value. */
export async function applySchema(
  schema: StandardSchema,
  value: unknown,
  path: string,
): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  const where = first === undefined ? path : path + issuePath(first);
  throw new MemoryError(
    "MEM_SCHEMA",
    `${where} does not fit the schema of its key${result.issues.length > 1 ? ` (and ${result.issues.length - 1} more)` : ""}`,
    { path: where, cause: result.issues },
  );
}

function issuePath(issue: StandardSchemaIssue): string {
  return (issue.path ?? [])
    .map((part) => (typeof part === "object" ? part.key : part))
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
}
