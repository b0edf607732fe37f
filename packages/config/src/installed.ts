import { MemoryError } from "@mem/core";

/** Imports a package that may not be installed; if it is not, the error says who needs it and how to install it. */
export async function installed<T>(
  name: string,
  askedBy: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    throw new MemoryError(
      "MEM_NOT_CONFIGURED",
      `${askedBy} needs ${name}, which is not installed; run: npm install ${name}`,
      { cause },
    );
  }
}

/** The package, or `undefined` if it is not installed. */
export async function ifInstalled<T>(name: string, load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error, name)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  // A package that is there but lacks one of its own dependencies is another matter.
  return code === "ERR_MODULE_NOT_FOUND" && String(message).includes(`'${name}'`);
}
