import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Receipt } from "@lloom/protocol/commitment-types";
import { testTokenAbi } from "@lloom/protocol/generated/abi";
import { Contract, hexlify, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChain } from "../../node/src/chain/chain.ts";
import { answerDisputes } from "../../node/src/executor/dispute/answer-disputes.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { complainOf, type Parties, settledAnswer } from "../support/disputed-answer.ts";
import { recordingLog } from "../support/hosts.ts";
import { eventually } from "../support/processes.ts";
import { createUser, type User } from "../support/user.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const PATIENCE_MS = 120_000;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let client: User;
let executor: User;
/** Has ether and tokens, and no part in any of it. */
let friend: User;
let parties: Parties;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  const join = async (): Promise<User> => stack.use(await createUser({ chain, deployment }));
  [client, executor, friend] = [await join(), await join(), await join()];
  parties = { chain, deployment, client, executor };
  for (const user of [client, executor, friend]) await user.tell("faucet");
  await executor.tell("stake", "100", "--yes");
  await client.tell("deposit", "1", "--yes");
  await client.tell("allocate", executor.address, "1", "--yes");
}, 300_000);
afterAll(() => stack.disposeAsync());

const fileOf = (name: string): string => join(friend.dataDir, `${name}.json`);
const costOf = ({ response, request }: Receipt): bigint => response.cumulativeCost - request.ackedCost;
async function pass(seconds: number): Promise<void> {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
}
async function tokensOf(owner: User): Promise<bigint> {
  const provider = connect(chain.rpcUrl);
  try {
    return await new Contract(deployment.paymentToken, testTokenAbi, provider).getFunction("balanceOf")(owner.address);
  } finally {
    provider.destroy();
  }
}
/** All tokens of a wallet. */
async function handOver(from: User, to: User): Promise<void> {
  const provider = connect(chain.rpcUrl);
  try {
    const token = new Contract(
      deployment.paymentToken,
      testTokenAbi,
      new Wallet(hexlify(from.identity.secret), provider),
    );
    await (await token.getFunction("transfer").send(to.address, await tokensOf(from))).wait();
  } finally {
    provider.destroy();
  }
}
const depositOf = async (user: User): Promise<bigint> => BigInt(String((await user.tell("status"))["deposited"]));
async function refusal(user: User, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await user.run([...args, "--yes"]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

describe("a dispute about an answer that cannot be shown", { timeout: 600_000 }, () => {
  it("is conceded by the executor itself: the client has its money back, and nobody pays twice", async () => {
    const receipt = await settledAnswer(parties, 1n);
    const id = await complainOf(parties, receipt);
    expect(await refusal(friend, "dispute", "concede", id)).toMatch(/The dispute is with 0x\w{40}, and not with/);
    expect(await refusal(executor, "dispute", "close", id, "--sign-only", fileOf("no"))).toMatch(
      /opening and conceding/,
    );
    const [deposit, wallet] = [await depositOf(client), await tokensOf(executor)];
    expect(await executor.tell("dispute", "concede", id, "--yes")).toMatchObject({
      ...{ event: "done", action: "concedeDispute", id, client: client.address, matured: "0" },
    });
    expect(await depositOf(client)).toBe(deposit + costOf(receipt));
    expect(await tokensOf(executor)).toBe(wallet);
    expect(await executor.tell("dispute", "concede", id, "--yes")).toMatchObject({ event: "nothing" });
  });

  it("is conceded for an executor without ether, by whoever sends its signature and pays what had matured", async () => {
    const receipt = await settledAnswer(parties, 2n);
    await pass(2 * DAY);
    const id = await complainOf(parties, receipt);
    await chain.request("hardhat_setBalance", executor.address, "0x0");
    const signed = await executor.tell("dispute", "concede", id, "--sign-only", fileOf("concession"));
    expect(signed).toMatchObject({ event: "signed", type: "concession", message: { executor: executor.address, id } });
    const file = JSON.parse(readFileSync(fileOf("concession"), "utf8"));
    const other = { ...file, order: { ...file.order, message: { id, executor: friend.address } } };
    writeFileSync(fileOf("other"), JSON.stringify(other));
    expect(await refusal(friend, "relay", fileOf("other"))).toMatch(/ORDER_INVALID: The order was signed by 0x/);
    const [deposit, wallet, owed] = [await depositOf(client), await tokensOf(friend), costOf(receipt)];
    expect(await friend.tell("relay", fileOf("concession"), "--yes")).toMatchObject({
      ...{ event: "done", action: "concedeDispute", id, paid: String(owed), matured: String(owed) },
    });
    expect(await depositOf(client)).toBe(deposit + owed);
    expect(await tokensOf(friend)).toBe(wallet - owed);
    expect(await friend.tell("relay", fileOf("concession"), "--yes")).toMatchObject({ event: "nothing" });
  });

  it("is approved for and conceded by the node itself, once its wallet can pay what had matured", async () => {
    await chain.request("hardhat_setBalance", executor.address, `0x${(10n ** 18n).toString(16)}`);
    const receipt = await settledAnswer(parties, 4n);
    await pass(2 * DAY);
    const id = await complainOf(parties, receipt);
    await handOver(executor, friend);
    await pass(DAY / 2 - HOUR);
    const { log, lines } = recordingLog();
    const signal = new AbortController().signal;
    const { accounting } = deployment;
    await using own = await openChain({ rpcUrl: chain.rpcUrl, accounting, identity: executor.identity, signal, log });
    using db = openDatabase(join(executor.dataDir, "executor.sqlite"), {
      scope: `${own.domain.chainId}/${accounting}/${executor.address}`,
      cipher: createTextCipher(executor.identity.secret),
    });
    const store = openExecutorLog(db);
    const [sent, deposit] = [await own.provider.getTransactionCount(executor.address), await depositOf(client)];
    await using _duties = answerDisputes({
      ...{ chain: own, executor: executor.address, store, log, appeals: "off", mostDeposits: 0n },
      ...{ count: async () => undefined, onNews: () => undefined, onWon: () => undefined, pollMs: 100, everyMs: 200 },
    });
    const isTold = () => lines.some(({ msg }) => msg === "too few tokens in the wallet to concede a dispute");
    await eventually("it says that it cannot pay", PATIENCE_MS, isTold);
    expect(await own.provider.getTransactionCount(executor.address)).toBe(sent);
    await handOver(friend, executor);
    await eventually("it is conceded", PATIENCE_MS, () => store.findDuty("answer", id)?.state === "conceded");
    expect(await own.provider.getTransactionCount(executor.address)).toBe(sent + 2);
    expect(await depositOf(client)).toBe(deposit + costOf(receipt));
  });

  it("is not conceded when its time is over, or when there is none", async () => {
    await chain.request("hardhat_setBalance", executor.address, `0x${(10n ** 18n).toString(16)}`);
    const id = await complainOf(parties, await settledAnswer(parties, 3n));
    await executor.tell("dispute", "concede", id, "--sign-only", fileOf("late"));
    await pass(DAY);
    for (const args of [
      ["dispute", "concede", id] as const,
      ["dispute", "concede", id, "--sign-only", fileOf("x")] as const,
    ])
      expect(await refusal(executor, ...args)).toMatch(/The dispute could be conceded until/);
    expect(await refusal(friend, "relay", fileOf("late"))).toMatch(/The dispute could be conceded until/);
    const none = `0x${"0f".repeat(32)}`;
    expect(await refusal(executor, "dispute", "concede", none)).toMatch(/There is no dispute 0x0f/);
  });
});
