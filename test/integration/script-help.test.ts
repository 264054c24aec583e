import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { runNode } from "../support/processes.ts";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };
/** Those that are ours: a file run by Node. */
const OURS = Object.entries(scripts).flatMap(([name, command]) => {
  const file = /^node (\S+\.ts)$/.exec(command)?.[1];
  return file === undefined ? [] : [{ name, file }];
});

describe.each(OURS)("npm run $name", ({ name, file }) => {
  it("shows with --help how it is used, and does nothing else", async () => {
    const { code, stdout, stderr } = await runNode({ args: [file, "--help"] }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^usage: npm (run )?${name}\\b`));
  });

  it("refuses a flag that it does not know, and shows how it is used", async () => {
    const { code, stdout, stderr } = await runNode({ args: [file, "--bogus"] }).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/--bogus[\s\S]*usage: npm/);
  });
});

it("knows the commands", () => expect(OURS.map(({ name }) => name)).toContain("start"));
