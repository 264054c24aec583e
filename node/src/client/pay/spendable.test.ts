import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { worstCost } from "@lloom/protocol/lane";
import { expect, it } from "vitest";
import { createExchange, TEST_CIPHER, testPrompt } from "../../../../test/support/exchange.ts";
import { openClientLog } from "../../store/client/client-log.ts";
import { openDatabase } from "../../store/database/database.ts";
import type { RequestTerms } from "./build-request.ts";
import { PaymentChannels } from "./payment-channels.ts";

const { client, executor, hasher } = createExchange();
const EXECUTOR = executor.address;
const OTHER: Address = `0x${"0e".repeat(20)}`;
const NOW_MS = 1_800_000_000_900;
const never = new AbortController().signal;
const terms: RequestTerms = {
  ...{ client: client.address, executor: EXECUTOR, model: "m", promptHash: ZERO_HASH, paramsHash: ZERO_HASH },
  ...{ maxInboundTokens: 1_000n, maxOutboundTokens: 500n, inboundPrice: 1_000_000n, outboundPrice: 2_000_000n },
};
const COST = worstCost(terms);

it("executors can be paid what their channels hold beyond what is owed and unlocking, and the deposit", async () => {
  using stack = new DisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "lloom-pay-"));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const db = stack.use(openDatabase(join(directory, "client.sqlite"), { cipher: TEST_CIPHER }));
  const reads: Address[] = [];
  let deposit = 7n;
  const pay = new PaymentChannels({
    ...{ identity: client, hasher, store: openClientLog(db), clock: () => NOW_MS, deadlineSeconds: 600n, step: COST },
    token: { decimals: 6, symbol: "tUSD" },
    readChannel: async (address) => {
      reads.push(address);
      if (address === EXECUTOR) return { balance: 5n * COST, unlocking: COST };
      return { balance: COST, unlocking: 3n * COST };
    },
    readDeposit: async () => deposit,
    learnSettled: async () => undefined,
    allocate: async () => undefined,
  });
  const spendable = (enough: bigint) => pay.spendable([EXECUTOR, OTHER], { enough, signal: never });
  // One request is owed there; here more is unlocking than there is, which takes nothing from what is there.
  await pay.place(terms, testPrompt(), { shown: 3, isDoubted: false, signal: never });
  expect(await spendable(3n * COST)).toBe(3n * COST);
  expect(reads).toEqual([EXECUTOR]);
  expect(await spendable(3n * COST + 1n)).toBe(3n * COST + 7n);
  deposit = 9n;
  expect(await spendable(99n * COST)).toBe(3n * COST + 9n);
  expect(reads).toEqual([EXECUTOR, OTHER]);
  await expect(pay.spendable([OTHER], { enough: COST, signal: AbortSignal.abort() })).rejects.toThrow();
});
