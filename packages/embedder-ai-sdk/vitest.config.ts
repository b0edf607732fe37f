export { library as default } from "@mem/tooling/vitest";
