import { invalid, MemoryError } from "./errors.ts";
import type { JsonCompatible } from "./json.ts";
import { checkId } from "./scope.ts";
import type {
  SchemaInput,
  SchemaOutput,
  StandardSchema,
  StandardSchemaIssue,
} from "./standard-schema.ts";

/** A key with a schema for its values, so that what you store is what you get back. Made by `memoryKey`. */
export interface MemoryKey<S extends StandardSchema = StandardSchema> {
  readonly name: string;
  readonly schema: S;
}

/**
 * Makes a typed key from any Standard Schema (Zod, Valibot, ArkType, …).
 *
 * `save` takes the schema's input and refuses what does not match (`MEM_SCHEMA`); `retrieve` resolves to its output.
 */
export function memoryKey<S extends StandardSchema>(
  name: string,
  schema: S & JsonSchema<S>,
): MemoryKey<S> {
  checkId(name, "name");
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw invalid("schema", "has to be a Standard Schema (it has no ~standard.validate)");
  }
  return { name, schema };
}

// Refuses a schema whose input JSON would change: nothing could be saved under the key.
type JsonSchema<S extends StandardSchema> = [SchemaInput<S>] extends [
  JsonCompatible<SchemaInput<S>>,
]
  ? unknown
  : never;

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

/** Validates a value. Throws `MEM_SCHEMA` with the failing paths; the schema's own messages may quote the value. */
export async function applySchema(
  schema: StandardSchema,
  value: unknown,
  path: string,
): Promise<unknown> {
  const issues = await findIssues(schema, value);
  if ("value" in issues) return issues.value;
  const [first = path, ...others] = issues.paths.map((below) => path + below);
  const more = others.length === 0 ? "" : `, and neither do ${others.join(", ")}`;
  throw new MemoryError("MEM_SCHEMA", `${first} does not fit the schema of its key${more}`, {
    path: first,
  });
}

async function findIssues(
  schema: StandardSchema,
  value: unknown,
): Promise<{ readonly value: unknown } | { readonly paths: readonly string[] }> {
  try {
    const result = await schema["~standard"].validate(value);
    return result.issues === undefined ? result : { paths: result.issues.map(issuePath) };
  } catch {
    // A schema that throws has refused the value; its error may quote the value, too.
    return { paths: [""] };
  }
}

function issuePath(issue: StandardSchemaIssue): string {
  return (issue.path ?? [])
    .map((part) => (typeof part === "object" ? part.key : part))
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
}
