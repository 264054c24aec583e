import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";

it.each(["protocol", "node"])("npm pack makes no package of %s that would not run, and says why", (workspace) => {
  const { status, stderr } = spawnSync("npm", ["pack", "--dry-run"], {
    cwd: join(ROOT, workspace),
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/No package is made of this workspace.*\n.*docs\/releasing\.md/);
});
