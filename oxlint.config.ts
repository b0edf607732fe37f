import { defineConfig } from "oxlint";

export default defineConfig({
  plugins: ["typescript", "import", "unicorn", "promise", "node", "vitest", "oxc"],
  categories: { correctness: "error", suspicious: "error" },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["**/dist/**", "tooling/template/**"],
  rules: {
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    "typescript/consistent-type-imports": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
    // The compiler's noImplicitReturns knows about exhaustive switches.
    "typescript/consistent-return": "off",
    // Narrowing one's own parsed data is checked by tests, not by this rule.
    "typescript/no-unsafe-type-assertion": "off",
    "no-await-in-loop": "off",
    // fast-check is read as fc.property, fc.string, …
    "import/no-named-as-default-member": "off",
    // A property asserts what its case calls for.
    "vitest/no-conditional-expect": "off",
  },
  overrides: [
    { files: ["**/*.config.ts"], rules: { "import/no-default-export": "off" } },
    // Node 24 and 26 misread some names that users may have given.
    {
      files: ["packages/*/src/**"],
      rules: {
        "no-restricted-properties": [
          "error",
          { object: "JSON", property: "parse", message: "Use parseJson of @mem/core." },
        ],
      },
    },
    { files: ["packages/core/src/parse-json.ts"], rules: { "no-restricted-properties": "off" } },
    // The suites take their names and their assertions from data.
    {
      files: ["packages/contract/src/**"],
      rules: {
        "vitest/valid-title": "off",
        "vitest/no-standalone-expect": "off",
        "vitest/expect-expect": ["error", { assertFunctionNames: ["expect*"] }],
      },
    },
  ],
});
