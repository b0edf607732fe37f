const EXTENSION = ".tmp";

/** The path of the temporary file in which a file's content is written before it is put in place. */
export function asideOf(path: string): string {
  return `${path}${EXTENSION}`;
}

/** The file that a temporary file is for, by its name; undefined for every other name. */
export function originalOf(name: string): string | undefined {
  return name.endsWith(EXTENSION) ? name.slice(0, -EXTENSION.length) : undefined;
}
