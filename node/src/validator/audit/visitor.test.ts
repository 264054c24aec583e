import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Audits } from "../../chain/reputation/audits.ts";
import { createLog } from "../../log.ts";
import { openDatabase } from "../../store/database/database.ts";
import { createTextCipher } from "../../store/database/text-cipher.ts";
import { openAuditLog } from "../../store/validator/audit-log.ts";
import { seededRandom } from "../canary/draw.ts";
import { drawCanary } from "../canary/draw-canary.ts";
import type { AuditQuestion, CanaryFinding, CanaryReply, EndedCanary } from "./canary-answer.ts";
import { Visitor } from "./visitor.ts";

const HASH = `0x${"11".repeat(32)}` as const;
const EXECUTORS = 5;
const EACH = 3;
const executorOf = (number: number): Address => `0x${number.toString(16).padStart(40, "0")}`;

const directory = mkdtempSync(join(tmpdir(), "lloom-visitor-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("a validator's visits", () => {
  it("run beside each other, so many at a time, each executor's questions in their order and one after the other", async () => {
    using db = openDatabase(join(directory, "audits.sqlite"), { cipher: createTextCipher(new Uint8Array(32).fill(7)) });
    const store = openAuditLog<AuditQuestion, EndedCanary, CanaryFinding>(db);
    const canaries = Array.from({ length: EXECUTORS * EACH }, (_, number) => ({
      ...{ executor: executorOf(number % EXECUTORS), model: "tiny", weightsHash: HASH, askAt: BigInt(number) },
      question: { canary: drawCanary(seededRandom(1, number)) },
    }));
    store.beginEpoch(1n, HASH, canaries);
    const open = new Map<Address, () => void>();
    const asked: [Address, number][] = [];
    const visitor = new Visitor({
      ...{
        store,
        random: seededRandom(2),
        mostAtOnce: 2,
        everyMs: 1,
        log: createLog({ level: "silent", name: "test" }),
      },
      audits: { epochSeconds: 3600n, chain: { nowSeconds: async () => 3700n } } as unknown as Audits,
      buyer: {
        ask: ({ executor, id }) => {
          expect(open.has(executor)).toBe(false);
          asked.push([executor, id]);
          const { promise, resolve } = Promise.withResolvers<CanaryReply>();
          open.set(executor, () => {
            open.delete(executor);
            resolve({ type: "unanswered", problem: "No." });
          });
          return promise;
        },
        traces: () => expect.unreachable("Nothing was answered."),
      },
    });
    const visiting = visitor.visit(new AbortController().signal);
    const [staller] = [executorOf(0)];
    // The first keeps its question open; all of the others are asked by the place that is left.
    while (asked.length < 1 + (EXECUTORS - 1) * EACH) {
      await vi.waitFor(() => expect(open.size).toBe(2));
      for (const [executor, end] of [...open]) if (executor !== staller) end();
    }
    expect(asked.filter(([executor]) => executor === staller)).toHaveLength(1);
    for (let left = EACH; left > 0; left--) {
      await vi.waitFor(() => expect(open.has(staller)).toBe(true));
      for (const end of [...open.values()]) end();
    }
    await visiting;
    for (const executor of new Set(asked.map(([of]) => of))) {
      const ids = asked.filter(([of]) => of === executor).map(([, id]) => id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect(ids).toHaveLength(EACH);
    }
  });
});
