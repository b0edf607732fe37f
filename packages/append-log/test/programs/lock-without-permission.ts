import { tryFileLock } from "../../src/file-lock.ts";

// Root may do anything, so it becomes nobody first.
const NOBODY = 65_534;
if (process.geteuid?.() === 0) process.setuid?.(NOBODY);
const [path = ""] = process.argv.slice(2);
const lock = await tryFileLock(path).catch((error: unknown) => error);
const { code, message } = lock as { readonly code?: unknown; readonly message?: unknown };
process.stdout.write(JSON.stringify({ code, message }));
