import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const foldersOf = (path: string): string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe("the README", () => {
  it("says where everything is: every workspace, and every room of the contracts", () => {
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { workspaces: string[] };
    // What they share explains itself.
    const rooms = foldersOf("contracts").filter((name) => name !== "libraries");
    const missing = [...workspaces, ...rooms].filter((name) => !readme.includes(`\`${name}/\``));
    expect(missing).toEqual([]);
  });

  it("stays short enough to be read", () => expect(readme.split("\n").length).toBeLessThanOrEqual(100));
});
