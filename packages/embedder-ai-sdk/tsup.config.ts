export { library as default } from "@mem/tooling/tsup";
