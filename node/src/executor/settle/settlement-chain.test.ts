// A settlement of more lanes than one transaction takes, on a real chain behind a server that fails between the two.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { createExchange, TEST_CIPHER } from "../../../../test/support/exchange.ts";
import { recordingLog } from "../../../../test/support/hosts.ts";
import { openGate, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { allocate, deposit, faucet, registerAndStake } from "../../chain/account/actions.ts";
import { SETTLE_PAIRS, settle } from "../../chain/account/settle.ts";
import { type Chain, openChain } from "../../chain/chain.ts";
import { accountingInterface } from "../../chain/contracts.ts";
import { readChannel, readLane } from "../../chain/reads.ts";
import { createLog } from "../../log.ts";
import { openDatabase } from "../../store/database/database.ts";
import { type ExecutorLog, openExecutorLog } from "../../store/executor/executor-log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { Settlement } from "./settlement.ts";

const TOKEN = 1_000_000n;
const LANES = SETTLE_PAIRS + 3;
const SEND = "eth_sendRawTransaction";
const SALT: Hex = `0x${"5a".repeat(32)}`;
const SOON = { timeout: 60_000, interval: 50 };
let ground: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let executor: Identity;
let client: Identity;
let used = 0;
let stack: AsyncDisposableStack;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  gate = stack.use(await openGate(ground.rpcUrl));
  [executor, client] = [ground.accounts[++used] as Identity, ground.accounts[++used] as Identity];
  const own = stack.use(await open(executor));
  await faucet(own);
  await registerAndStake(own, {
    role: "executor",
    peerId: Buffer.alloc(37, used),
    metadataURI: "",
    amount: 900n * TOKEN,
  });
  await ground.request("evm_increaseTime", 8 * 86_400);
  await ground.request("evm_mine");
  const buyer = stack.use(await open(client));
  await faucet(buyer);
  await deposit(buyer, 10n * TOKEN);
  await allocate(buyer, executor.address, 10n * TOKEN);
});
afterEach(() => stack.disposeAsync());

const open = (identity: Identity, signal = new AbortController().signal): Promise<Chain> =>
  openChain({
    ...{ rpcUrl: gate.rpcUrl, accounting: deployment.accounting, identity, signal },
    log: createLog({ level: "silent", name: "test" }),
  });

/** A log with an answer in each of so many lanes; what they cost together. */
async function answered(chain: Chain): Promise<{ store: ExecutorLog; owed: bigint }> {
  const dir = mkdtempSync(join(tmpdir(), "lloom-settlement-"));
  stack.defer(() => rmSync(dir, { recursive: true }));
  const store = openExecutorLog(stack.use(openDatabase(join(dir, "executor.sqlite"), { cipher: TEST_CIPHER })));
  const deadline = (await chain.nowSeconds()) + 3_600n;
  const { ask, answer } = createExchange({ domain: chain.domain, client, executor, deadline });
  let owed = 0n;
  for (let lane = 1n; lane <= BigInt(LANES); lane++) {
    const { request, requestHash, clientSignature } = ask(EMPTY_LANE, { lane });
    const { response, responseHash, executorSignature } = answer(EMPTY_LANE, { request, requestHash, clientSignature });
    store.accept({ requestHash, request, clientSignature, acceptedAtMs: 0 });
    const text = { contentSalt: SALT, delivered: new Uint8Array(), answeredAtMs: 0 };
    store.saveAnswer({ requestHash, response, responseHash, ...text });
    store.saveSignature(requestHash, executorSignature);
    owed += response.cumulativeCost;
  }
  return { store, owed };
}

/** Settles everything that waits, as an executor does. */
function settling(chain: Chain, store: ExecutorLog) {
  const { log, lines } = recordingLog();
  const settlement = new Settlement({
    store,
    settle: async (receipts, signal) => (await settle(chain, receipts, { signal })).pairs,
    readLane: ({ client: of, lane }) => readLane(chain, { client: of, executor: executor.address, lane }),
    onPaid: () => undefined,
    ...{ settleAmount: 1n, settleAgeMs: 3_600_000, checkMs: 10, clock: Date.now, log },
  });
  return { settlement, lines };
}

/** Which lanes the chain has settled, in the order of its blocks. */
async function settledLanes(chain: Chain): Promise<bigint[]> {
  const { provider, accounting } = chain;
  const logs = await provider.getLogs({ address: accounting, fromBlock: 0, toBlock: "latest" });
  return logs
    .map((log) => accountingInterface.parseLog(log))
    .filter((event) => event?.name === "LaneSettled" && event.args["executor"].toLowerCase() === executor.address)
    .map((event) => event?.args["lane"]);
}

async function expectPaidOnce(chain: Chain, store: ExecutorLog, owed: bigint): Promise<void> {
  expect(store.unsettled()).toEqual([]);
  const lanes = await settledLanes(chain);
  expect(lanes).toHaveLength(LANES);
  expect(new Set(lanes).size).toBe(LANES);
  expect(await readChannel(chain, client.address, executor.address)).toMatchObject({ balance: 10n * TOKEN - owed });
}

describe("a settlement of two transactions", { timeout: 240_000 }, () => {
  it("of which the second cannot be paid for knows what the first brought, and sends the rest alone again", async () => {
    await using chain = await open(executor);
    const { store, owed } = await answered(chain);
    let sends = 0;
    gate.answer = (method) =>
      method === SEND && ++sends === 2
        ? { code: -32_000, message: "insufficient funds for gas * price + value" }
        : undefined;
    const { settlement, lines } = settling(chain, store);
    await using _ = settlement;
    await expect.poll(() => lines.some(({ msg }) => msg === "settlement put off"), SOON).toBe(true);
    await expect.poll(() => store.unsettled(), SOON).toEqual([]);
    expect(lines.map(({ msg, lanes, paid, code }) => [msg, lanes ?? code, paid])).toEqual([
      ["settled", LANES, SETTLE_PAIRS],
      ["settlement put off", "INSUFFICIENT_FUNDS", undefined],
      ["settled", 3, 3],
    ]);
    expect(sends).toBe(3);
    await expectPaidOnce(chain, store, owed);
  });

  it("of which the second was on its way when the executor ended is paid once: the next start asks the chain", async () => {
    const ended = await open(executor);
    const { store, owed } = await answered(ended);
    let sends = 0;
    let isGone = false;
    gate.decide = (method) => {
      if (isGone) return "refuse";
      if (method !== SEND || ++sends < 2) return "pass";
      isGone = true;
      return "loseAnswer";
    };
    const first = settling(ended, store);
    await expect.poll(() => isGone, SOON).toBe(true);
    // What a killed process leaves is its log alone.
    await Promise.all([ended[Symbol.asyncDispose](), first.settlement[Symbol.asyncDispose]()]);
    expect(store.unsettled()).toHaveLength(3);
    gate.decide = () => "pass";
    await using chain = await open(executor);
    await expect.poll(async () => (await settledLanes(chain)).length, SOON).toBe(LANES);
    await using again = settling(chain, store).settlement;
    await expect.poll(() => store.unsettled(), SOON).toEqual([]);
    await again.settleAll(AbortSignal.timeout(30_000));
    expect(sends).toBe(2);
    await expectPaidOnce(chain, store, owed);
  });
});
