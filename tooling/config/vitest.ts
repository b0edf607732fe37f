import { defineConfig } from "vitest/config";

/** Tests read the sources of sibling packages, so nothing has to be built first. */
export const library: ReturnType<typeof defineConfig> = defineConfig({
  ssr: { resolve: { conditions: ["@mem/source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests wait for conditions by polling, and a loaded machine may be slow.
    expect: { poll: { timeout: 15_000 } },
  },
});
