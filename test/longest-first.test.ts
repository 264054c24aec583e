import { globSync } from "node:fs";
import { expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { LONG } from "./support/longest-first.ts";

const FILES = globSync("{protocol,node,indexer,web,checkout,devnet,ignition,scripts,test}/**/*.test.ts", {
  cwd: ROOT,
  exclude: (path) => path.includes("node_modules"),
});

it.each(LONG)("knows %s as one file, so that the order of the long ones stands", (name) => {
  expect(FILES.filter((file) => file.endsWith(`/${name}.test.ts`))).toHaveLength(1);
});
