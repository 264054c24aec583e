import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LLOOM, ROOT } from "../../checkout/paths.ts";
import { runNode } from "../support/processes.ts";

describe("the start file of lloom", () => {
  const BIN = join(ROOT, "node/bin/lloom.js");
  /** Lets the process take itself for another Node. */
  const pretend = (node: string): string =>
    `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${node}"}})`;

  it("starts the command line", async () => {
    expect(await runNode({ args: [BIN, "--version"] }).ended).toEqual(
      await runNode({ args: [LLOOM, "--version"] }).ended,
    );
  });

  it("runs it by the Node of the packages, on one that cannot read it", async () => {
    const { code, stdout, stderr } = await runNode({ args: ["--import", pretend("20.18.1"), BIN, "nonsense"] }).ended;
    expect(stderr).toMatch(/^COMMAND_INVALID: .*nonsense/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("says which Node is needed where no package brings one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lloom-start-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(join(ROOT, "node/bin"), join(folder, "bin"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const args = ["--import", pretend("20.18.1"), join(folder, "bin/lloom.js"), "status"];
    const { code, stdout, stderr } = await runNode({ args }).ended;
    expect(stderr).toMatch(
      /^COMMAND_INVALID: lloom needs Node 24, and this is Node 20\.18\.1\.\n {2}Run \.\/lloom in the checkout/,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("the name that is typed", () => {
  it("runs this checkout's lloom from every folder, on the Node of its packages", async () => {
    if (process.platform === "win32") return;
    const { stdout } = spawnSync(join(ROOT, "lloom"), ["--version"], { cwd: tmpdir(), encoding: "utf8" });
    expect(stdout).toBe((await runNode({ args: [LLOOM, "--version"] }).ended).stdout);
  });

  it("is nowhere one that npx may fetch from strangers", () => {
    const written = globSync(["*.md", "docs/**/*", "{node,devnet,checkout,protocol,scripts}/**/*.{ts,js}"], {
      cwd: ROOT,
      exclude: ["**/node_modules/**", "**/generated/**"],
    });
    const naming = written.filter(
      (path) => /\.\w+$/.test(path) && /npx\s+lloom/.test(readFileSync(join(ROOT, path), "utf8")),
    );
    expect(naming).toEqual([]);
  });
});
