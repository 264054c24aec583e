import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HookContext } from "hardhat/types/hooks";
import type { FileBuildResult } from "hardhat/types/solidity";
import { describe, expect, it, vi } from "vitest";
import openTurns from "./build-turn.ts";

describe("builds of a checkout", () => {
  it("come one after the other, and the one that waits says why", async () => {
    const cache = mkdtempSync(join(tmpdir(), "lloom-build-turn-"));
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { build } = await openTurns();
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const run = (name: string, until: Promise<void>, options?: { scope: "tests" }) =>
      build?.({ config: { paths: { cache } } } as HookContext, [], options, async () => {
        order.push(`${name} begins`);
        begun.resolve();
        await until;
        order.push(`${name} ends`);
        return new Map<string, FileBuildResult>();
      });
    try {
      const one = run("one", first.promise);
      await begun.promise;
      const two = run("two", Promise.resolve());
      await vi.waitFor(() => expect(said).toHaveBeenCalledWith(expect.stringContaining("by another command; waiting")));
      // Tests are built into a folder of their own.
      await run("tests", Promise.resolve(), { scope: "tests" });
      expect(order).toEqual(["one begins", "tests begins", "tests ends"]);
      first.resolve();
      await Promise.all([one, two]);
      expect(order.slice(3)).toEqual(["one ends", "two begins", "two ends"]);
    } finally {
      said.mockRestore();
      rmSync(cache, { recursive: true, force: true });
    }
  });
});
