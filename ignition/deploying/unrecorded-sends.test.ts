import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { addToJournal, journalLines } from "./journal.ts";
import { recordUnrecordedSends } from "./unrecorded-sends.ts";

const FROM = "0x00000000000000000000000000000000000000aa";
const PLACE = { futureId: "Lloom#Collector", networkInteractionId: 1 };
const SENT = { hash: "0x01", from: FROM, to: null, nonce: "0x3", input: "0x6000", gasPrice: "0x5" };

/** A chain of ten blocks that took the transaction in its seventh, as a server shows it. */
interface Shown {
  /** How often the newest count is asked for before the transaction is in a block. */
  minedAfter?: number;
  /** The oldest block whose state the server keeps. */
  keepsFrom?: number;
}

describe("transactions that a killed run sent and did not note", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lloom-sends-"));
    const networkInteraction = { id: 1, data: "0x6000" };
    addToJournal(folder, { type: "NETWORK_INTERACTION_REQUEST", futureId: PLACE.futureId, networkInteraction });
    addToJournal(folder, { type: "TRANSACTION_PREPARE_SEND", ...PLACE, nonce: 3 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const noted = (): string[] =>
    journalLines(
      folder,
      z.object({ type: z.literal("TRANSACTION_SEND"), transaction: z.object({ hash: z.string() }) }),
    ).map(({ transaction }) => transaction.hash);

  const server = ({ minedAfter = 0, keepsFrom = 0 }: Shown) => {
    let asked = 0;
    const isMined = (): boolean => asked > minedAfter;
    const answer = (method: string, block: unknown): unknown => {
      if (method === "eth_blockNumber") return "0xa";
      if (method === "eth_getTransactionCount" && block === "latest") {
        asked += 1;
        return isMined() ? "0x4" : "0x3";
      }
      if (method === "eth_getTransactionCount") {
        if (Number(block) < keepsFrom) throw new Error("missing trie node");
        return Number(block) >= 7 ? "0x4" : "0x3";
      }
      return { transactions: block === "0x7" ? [SENT] : [] };
    };
    return {
      request: async ({
        method,
        params,
      }: {
        readonly method: string;
        readonly params?: readonly unknown[] | object;
      }) => {
        const [first, second] = params as readonly unknown[];
        return answer(method, method === "eth_getTransactionCount" ? second : first);
      },
    };
  };

  it.each([
    ["in an older block", {}],
    ["in an older block, whose server forgets older states", { keepsFrom: 6 }],
    ["that got into a block while it was looked for", { minedAfter: 1 }],
  ])("are found %s", async (_, shown) => {
    expect(await recordUnrecordedSends(server(shown), folder, FROM)).toEqual(["0x01"]);
    expect(noted()).toEqual(["0x01"]);
  });

  it("are none where the account's count says so", async () => {
    expect(await recordUnrecordedSends(server({ minedAfter: 99 }), folder, FROM)).toEqual([]);
  });

  it("stop the deployment where the chain counts one that the server does not show", async () => {
    const refused = recordUnrecordedSends(server({ keepsFrom: 9 }), folder, FROM);
    await expect(refused).rejects.toThrow(/may have sent nonce 3 of 0x0+aa/);
    expect(noted()).toEqual([]);
  });
});
