// Seals a file and prints the outcome.
import { LogError, sealFile } from "../../src/index.ts";
import { isSeal, sealOf } from "../rotating.ts";

const [path = ""] = process.argv.slice(2);
try {
  await sealFile(path, { isSeal, seal: sealOf(1) });
  console.log("sealed");
} catch (error) {
  if (!(error instanceof LogError)) throw error;
  console.log(error.code, error.outcome);
}
