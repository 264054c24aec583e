import { EVIDENCE_SECONDS, LONGEST_DEADLINE_SECONDS } from "@lloom/protocol/evidence-windows";
import { describe, expect, it } from "vitest";
import { LloomError } from "../errors.ts";
import { createLog } from "../log.ts";
import { keepTidy } from "./keep-tidy.ts";

const NOW = 1_800_000_000;
const KEEP = Number(EVIDENCE_SECONDS + LONGEST_DEADLINE_SECONDS);
const log = createLog({ level: "silent", name: "test" });

/** What one round asks the store to forget. */
async function round(wallSeconds: number, chainSeconds: () => Promise<bigint>): Promise<number[]> {
  const pruned: number[] = [];
  const stop = new AbortController();
  const clock = () => wallSeconds * 1000;
  const asked = Promise.withResolvers<void>();
  const tidying = keepTidy(
    { prune: (beforeMs) => pruned.push(beforeMs / 1000) },
    { clock, chainSeconds: () => chainSeconds().finally(() => setImmediate(asked.resolve)), signal: stop.signal, log },
  );
  await asked.promise;
  stop.abort();
  await tidying;
  return pruned;
}

describe("tidying a log", () => {
  it("keeps everything as long as a contract may ask for it: seven days to open a dispute, and its whole course", async () => {
    expect(await round(NOW, async () => BigInt(NOW))).toEqual([NOW - KEEP]);
    expect(KEEP).toBeGreaterThan((7 + 14) * 86_400);
  });

  it("goes by the clock that is behind: one that jumped ahead deletes no evidence", async () => {
    expect(await round(NOW + 90 * 86_400, async () => BigInt(NOW))).toEqual([NOW - KEEP]);
    expect(await round(NOW, async () => BigInt(NOW + 90 * 86_400))).toEqual([NOW - KEEP]);
  });

  it("deletes nothing while the chain does not tell its time", async () => {
    const away = async (): Promise<bigint> => {
      throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
    };
    expect(await round(NOW, away)).toEqual([]);
  });
});
