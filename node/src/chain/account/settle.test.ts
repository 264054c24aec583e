import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { readUnmaturedTail, readWithdrawable } from "../../../../test/support/earned.ts";
import { createExchange, type Exchange } from "../../../../test/support/exchange.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { type Chain, openChain } from "../chain.ts";
import { readChannel, readLane, readTokenBalance } from "../reads.ts";
import { GAS_BOUNDS, settleGas } from "../send/gas.ts";
import { allocate, deposit, faucet, registerAndStake, withdrawEarnings } from "./actions.ts";
import { checkPair, SETTLE_PAIRS, settle } from "./settle.ts";

const TOKEN = 1_000_000n;
const log = createLog({ level: "silent", name: "test" });
let ground: TestChain;
let deployment: TestDeployment;
let executor: Identity;
let chain: Chain;
let deadline: bigint;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
  executor = account(1);
  chain = await open(executor);
  await faucet(chain);
  await registerAndStake(chain, { role: "executor", peerId: Buffer.alloc(37), metadataURI: "", amount: 900n * TOKEN });
  // After its first week the whole stake covers unmatured answers.
  await ground.request("evm_increaseTime", 8 * 86_400);
  await ground.request("evm_mine");
  deadline = (await chain.nowSeconds()) + 3600n;
});
afterAll(async () => {
  await chain[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

const account = (index: number): Identity => ground.accounts[index] as Identity;
const open = (identity: Identity): Promise<Chain> => {
  const { signal } = new AbortController();
  return openChain({ rpcUrl: ground.rpcUrl, accounting: deployment.accounting, identity, signal, log });
};

/** A client with a channel, and its exchange with the executor. */
async function fund(index: number, amount: bigint): Promise<Exchange> {
  const client = account(index);
  await using own = await open(client);
  await faucet(own);
  await deposit(own, amount);
  await allocate(own, executor.address, amount);
  return createExchange({ domain: chain.domain, client, executor, deadline });
}

/** So many answers in one lane; the receipt of the last. */
function converse(exchange: Exchange, lane: bigint, answers: number): { receipt: Receipt; state: LaneState } {
  let state = EMPTY_LANE;
  let receipt: Receipt | undefined;
  for (let index = 0; index < answers; index++) {
    const asked = exchange.ask(state, { lane });
    const answered = exchange.answer(state, asked);
    receipt = { ...asked, ...answered };
    state = advance(state, answered.response, answered.responseHash);
  }
  expect(receipt).toBeDefined();
  return { receipt: receipt as Receipt, state };
}

const laneOf = (client: Address, lane: bigint) => readLane(chain, { client, executor: executor.address, lane });

test("settles a lane of many answers by its newest receipt alone", async () => {
  const exchange = await fund(2, 10n * TOKEN);
  const { receipt, state } = converse(exchange, 2n ** 64n - 1n, 20);
  expect(await checkPair(chain, receipt)).toBe("None");
  const { pairs, transactions, gasUsed } = await settle(chain, [receipt]);
  const [mined] = transactions;
  expect(pairs).toEqual([
    {
      receipt,
      status: "paid",
      transactionHash: mined?.transactionHash,
      acknowledgedPaid: receipt.request.ackedCost,
      tailPaid: state.cost - receipt.request.ackedCost,
      laneCost: state.cost,
      unpaid: 0n,
      channelBalance: 10n * TOKEN - state.cost,
    },
  ]);
  expect(gasUsed).toBe(mined?.gasUsed);
  expect(await laneOf(exchange.client.address, 2n ** 64n - 1n)).toEqual({
    cost: state.cost,
    inbound: state.inbound,
    outbound: state.outbound,
    nonce: 20n,
  });
  expect(await readWithdrawable(chain, executor.address)).toBe(receipt.request.ackedCost);
  expect(await readUnmaturedTail(chain, executor.address)).toBe(state.cost - receipt.request.ackedCost);
});

test("tells for each receipt what became of it", async () => {
  const exchange = await fund(3, TOKEN / 1000n);
  const { client } = exchange;
  const good = converse(exchange, 1n, 2).receipt;
  const forged: Receipt = { ...converse(exchange, 2n, 1).receipt, executorSignature: good.executorSignature };
  const short = converse(exchange, 3n, 6);
  const unfunded = converse(exchange, 4n, 1).receipt;
  const { pairs } = await settle(chain, [good, forged, good, short.receipt, unfunded]);
  expect(pairs.map((pair) => (pair.status === "rejected" ? pair.reason : pair.status))).toEqual([
    "paid",
    "ExecutorSignature",
    "Nonce",
    "paid",
    "NothingToPay",
  ]);
  const left = TOKEN / 1000n - good.response.cumulativeCost;
  expect(pairs[3]).toMatchObject({ laneCost: left, unpaid: short.state.cost - left, channelBalance: 0n });
  expect(await laneOf(client.address, 3n)).toMatchObject({ nonce: 6n, cost: left });
  expect(await readChannel(chain, client.address, executor.address)).toMatchObject({ balance: 0n });
});

test("splits what is more than the contract takes at once, within its gas limit", async () => {
  const exchange = await fund(4, 100n * TOKEN);
  const receipts = Array.from({ length: SETTLE_PAIRS + 3 }, (_, lane) => converse(exchange, BigInt(lane), 2).receipt);
  const { pairs, transactions } = await settle(chain, receipts);
  expect(pairs.map(({ status }) => status)).toEqual(receipts.map(() => "paid"));
  expect(pairs.map(({ receipt }) => receipt)).toEqual(receipts);
  expect(transactions).toHaveLength(2);
  const [full, rest] = transactions.map(({ gasUsed }) => gasUsed);
  expect(full).toBeLessThan((settleGas(SETTLE_PAIRS) * 3n) / 4n);
  expect(rest).toBeLessThan((settleGas(3) * 3n) / 4n);
});

test("does nothing for no receipts", async () => {
  expect(await settle(chain, [])).toEqual({ transactions: [], gasUsed: 0n, pairs: [] });
});

test("withdraws what the client acknowledged at once, and the last answers after two days", async () => {
  const [withdrawable, unmatured] = await Promise.all([
    readWithdrawable(chain, executor.address),
    readUnmaturedTail(chain, executor.address),
  ]);
  expect(unmatured).toBeGreaterThan(0n);
  const before = await readTokenBalance(chain, executor.address);
  const { gasUsed } = await withdrawEarnings(chain);
  expect(gasUsed * 4n).toBeLessThan(GAS_BOUNDS.withdrawEarnings * 3n);
  expect(await readTokenBalance(chain, executor.address)).toBe(before + withdrawable);
  await expect(withdrawEarnings(chain)).rejects.toMatchObject({
    message: expect.stringMatching(
      /^Cannot withdraw earnings: nothing can be withdrawn yet; [\d.]+ tUSD mature within/,
    ),
    details: { error: "AccountingNothingWithdrawable" },
  });
  await ground.request("evm_increaseTime", 2 * 86_400);
  await withdrawEarnings(chain);
  expect(await readTokenBalance(chain, executor.address)).toBe(before + withdrawable + unmatured);
});
