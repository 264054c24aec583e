import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));

it.each(["protocol", "node"])("npm pack makes no package of %s that would not run, and says why", (workspace) => {
  const { status, stderr } = spawnSync("npm", ["pack", "--dry-run"], {
    cwd: join(ROOT, workspace),
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/No package is made of this workspace.*\n.*npm run build:packages/);
});

it("every workspace refuses so, is private, and has a name in the project's own scope", () => {
  const root = manifestOf(".");
  expect(root).toMatchObject({ private: true, scripts: { prepack: "node scripts/refuse-pack.js" } });
  for (const folder of root.workspaces)
    expect(manifestOf(folder)).toMatchObject({
      ...{ name: `@lloom/${folder}`, private: true },
      scripts: { prepack: "node ../scripts/refuse-pack.js" },
    });
});
