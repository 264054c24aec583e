/** What a client signs, and hands out to be sent, while its real log may grow no further or its pages break. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { worstCost } from "@lloom/protocol/lane";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { damagePages } from "../../../../test/support/damaged-pages.ts";
import { createExchange, TEST_CIPHER, testPrompt } from "../../../../test/support/exchange.ts";
import { openClientLog } from "../../store/client/client-log.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import type { PlacedRequest, RequestTerms } from "./build-request.ts";
import { PaymentChannels } from "./payment-channels.ts";

const { client, executor, hasher } = createExchange();
const terms: RequestTerms = {
  ...{ client: client.address, executor: executor.address, model: "m", promptHash: ZERO_HASH, paramsHash: ZERO_HASH },
  ...{ maxInboundTokens: 1_000n, maxOutboundTokens: 500n, inboundPrice: 1_000_000n, outboundPrice: 2_000_000n },
};
const signal = new AbortController().signal;
let directory: string;
let db: Database;
const open = (): void => {
  db = openDatabase(join(directory, "client.sqlite"), { cipher: TEST_CIPHER });
};
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-pay-"));
  open();
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** A client with a channel that holds enough for everything. */
function stage() {
  const store = openClientLog(db);
  const pay = new PaymentChannels({
    ...{ identity: client, hasher, store, clock: () => 1_800_000_000_900, deadlineSeconds: 600n, step: 1n },
    token: { decimals: 6, symbol: "tUSD" },
    readChannel: async () => ({ balance: 1_000n * worstCost(terms), unlocking: 0n }),
    readDeposit: async () => 0n,
    learnSettled: async () => undefined,
    allocate: async () => undefined,
  });
  return { store, place: () => pay.place(terms, testPrompt(), { shown: 3, isDoubted: false, signal }) };
}

describe("a request", () => {
  it("is not handed out when the log may grow no further, and those that were are known to the next run", async () => {
    const { place } = stage();
    const { page_count } = db.get("PRAGMA page_count") ?? {};
    db.get(`PRAGMA max_page_count = ${Number(page_count) + 4}`);
    const handedOut: PlacedRequest[] = [];
    const fill = async (): Promise<never> => {
      for (;;) handedOut.push(await place());
    };
    await expect(fill()).rejects.toMatchObject({
      ...{ code: "STORE_FAILED", message: expect.stringContaining("cannot grow: the disk is full") },
      next: "Free some space; nothing that was acknowledged is lost.",
    });
    expect(handedOut.length).toBeGreaterThan(3);
    db[Symbol.dispose]();
    open();
    const next = stage();
    expect(next.store.outcomes(99)).toHaveLength(handedOut.length);
    for (const { requestHash } of handedOut) expect(next.store.fate(requestHash)).toMatchObject({ status: "sent" });
    // None of their lanes is used again: what their executor holds is not known.
    const { lane } = (await next.place()).request;
    expect(handedOut.map(({ request }) => request.lane)).not.toContain(lane);
  });

  it("is not handed out on a log whose pages break under it", async () => {
    const { place } = stage();
    await place();
    damagePages(db);
    const problem = { code: "STORE_FAILED", message: expect.stringContaining("client.sqlite is damaged") };
    await expect(place()).rejects.toMatchObject({ ...problem, next: expect.stringContaining("without deleting it") });
  });
});
