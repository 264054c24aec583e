import { expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import type { Check } from "./checks.ts";
import { fine } from "./finding.ts";
import type { Known } from "./ground.ts";
import { type Checked, type Finders, runChecks } from "./run-checks.ts";

const never = new AbortController().signal;
const known = {} as Known;
const unreachable = Promise.reject(new LloomError("CHAIN_UNREACHABLE", "It does not serve.", { next: "Start it." }));
unreachable.catch(() => undefined);
const finders = { chain: unreachable, address: Promise.resolve("0x01") } as unknown as Finders;
const check = (name: string, given: Partial<Check> = {}): Check => ({
  ...{ name, needs: [], deadlineMs: 1_000, look: async () => [fine(name)] },
  ...given,
});
const levels = (all: readonly Checked[]): Record<string, string | undefined> =>
  Object.fromEntries(all.map((one) => [one.check, one.findings[0]?.level]));

it("a check that fails or hangs disturbs no other, and what needs it is passed over", async () => {
  const told: string[] = [];
  const all = await runChecks(
    [
      check("chain", { needs: ["chain"] }),
      check("gas", { needs: ["address", "chain"] }),
      check("hangs", { deadlineMs: 20, look: () => new Promise(() => undefined) }),
      check("throws", {
        look: async () => {
          throw new LloomError("STORE_FAILED", "It is damaged.", { next: "Move it." });
        },
      }),
      check("without", { without: () => "there is none" }),
      check("key", { needs: ["address"], look: async (_, { address }) => [fine(address)] }),
    ],
    { known, finders, signal: never, onChecked: ({ check: name }) => void told.push(name) },
  );
  expect(levels(all)).toEqual({
    ...{ chain: "wrong", gas: "skipped", hangs: "wrong", throws: "wrong", without: "skipped", key: "fine" },
  });
  expect(all.map(({ findings: [first] }) => first?.message)).toEqual([
    "It does not serve. Start it.",
    "not looked at: it needs the chain",
    "Looking at hangs did not end within 0.02 s. Try it again by itself.",
    "It is damaged. Move it.",
    "there is none",
    "0x01",
  ]);
  expect(told.at(-1)).toBe("hangs");
});

it("ends when its user stops it", async () => {
  const stop = new AbortController();
  const hanging = check("hangs", { look: () => new Promise(() => undefined) });
  const running = runChecks([hanging], { known, finders, signal: stop.signal, onChecked: () => undefined });
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
});
