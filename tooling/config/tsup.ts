import { defineConfig, type Options } from "tsup";

/** A library: ESM for Node 22 in one readable file, so without a source map; `tsc` writes the declarations. */
export const library: Options | Options[] = defineConfig({
  entry: ["src/index.ts"],
  format: ["esm"],
  target: "node22",
  dts: false,
  clean: true,
  treeshake: true,
  // `node:sqlite` and `node:test` exist only with the prefix.
  removeNodeProtocol: false,
}) as Options;
