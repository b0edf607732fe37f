// Blanks one line.
import { blankLines } from "../../src/index.ts";

const [path = "", offset = "", length = ""] = process.argv.slice(2);
await blankLines(path, [{ offset: Number(offset), length: Number(length), terminated: true }]);
