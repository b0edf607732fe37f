import { defineConfig, type Options } from "tsup";

/** A library: ESM for Node 22, one file and its map; the declarations come from `tsc`. */
export const library: Options | Options[] = defineConfig({
  entry: ["src/index.ts"],
  format: ["esm"],
  target: "node22",
  dts: false,
  sourcemap: true,
  clean: true,
  treeshake: true,
  // The map points at the sources; carrying them along doubles a package.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
}) as Options;
