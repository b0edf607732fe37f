import { defineConfig, type Options } from "tsup";

/** A library: ESM for Node 22 in one readable file, so without a map; the declarations come from `tsc`. */
export const library: Options | Options[] = defineConfig({
  entry: ["src/index.ts"],
  format: ["esm"],
  target: "node22",
  dts: false,
  clean: true,
  treeshake: true,
  // `sqlite` and `test` exist with the prefix only.
  removeNodeProtocol: false,
}) as Options;
