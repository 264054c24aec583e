import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../test/support/chain.ts";
import { openGate } from "../../../test/support/rpc-gate.ts";
import { createLog } from "../log.ts";
import type { Identity } from "../wallet/identity.ts";
import {
  allocate,
  cancelUnlock,
  deposit,
  faucet,
  finalizeUnlock,
  registerAndStake,
  release,
  requestUnlock,
  senderOf,
  unbond,
  withdrawEarnings,
  withdrawStake,
} from "./account/actions.ts";
import { withdrawDepositCall } from "./account/calls.ts";
import { takesPermits } from "./account/permit.ts";
import { SETTLE_PAIRS } from "./account/settle.ts";
import { type Chain, type ChainOptions, openChain } from "./chain.ts";
import { tokenInterface } from "./contracts.ts";
import {
  readActive,
  readCapacity,
  readChannel,
  readDeposit,
  readMember,
  readMinimumStake,
  readSigner,
  readTokenBalance,
} from "./reads.ts";
import { GAS_BOUNDS } from "./send/gas.ts";

const log = createLog({ level: "silent", name: "test" });
const { signal } = new AbortController();
const TOKEN = 1_000_000n;
const PEER_ID = Buffer.from("0025080212210000000000000000000000000000000000000000000000000000", "hex");
/** Free deposit into the own wallet. */
const payOut = async (chain: Chain, amount: bigint) => {
  const sender = senderOf(chain);
  return sender.send(await withdrawDepositCall(chain, { amount, to: sender.account.address }));
};
let ground: TestChain;
let deployment: TestDeployment;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());

const account = (index: number): Identity => {
  const identity = ground.accounts[index];
  expect(identity).toBeDefined();
  return identity as Identity;
};
const open = (options: Partial<ChainOptions> = {}): Promise<Chain> =>
  openChain({ rpcUrl: ground.rpcUrl, accounting: deployment.accounting, signal, log, ...options });

test("reads everything that is fixed for a deployment", async () => {
  await using chain = await open({ accounting: deployment.accounting.toUpperCase().replace("0X", "0x") });
  expect(chain.network).toEqual({ chainId: 31337n, accounting: deployment.accounting });
  expect(chain.domain).toEqual({ chainId: 31337n, accounting: deployment.accounting });
  expect(createCommitmentHasher(chain.domain).domainSeparator).toBe(await chain.contracts.accounting.domainSeparator());
  expect(chain).toMatchObject({
    paymentToken: deployment.paymentToken,
    stakeRegistry: deployment.stakeRegistry,
    tokenDecimals: 6,
    tokenSymbol: "tUSD",
    unlockDelaySeconds: 86_400n,
  });
  const block = await chain.provider.getBlock("latest");
  expect(await chain.nowSeconds()).toBe(BigInt(block?.timestamp ?? 0));
  expect(await chain.contracts.accounting.MAX_PAIRS()).toBe(BigInt(SETTLE_PAIRS));
});

test("says what is wrong with an address, a URL, or a chain that does not answer", async () => {
  const mismatch = expect.objectContaining({ code: "CHAIN_MISMATCH" });
  await expect(open({ accounting: deployment.paymentToken })).rejects.toEqual(mismatch);
  await expect(open({ accounting: account(9).address })).rejects.toEqual(
    expect.objectContaining({ code: "CHAIN_MISMATCH", message: expect.stringContaining("there is no contract") }),
  );
  await expect(open({ accounting: "0x12" })).rejects.toEqual(expect.objectContaining({ code: "CONFIG_INVALID" }));
  await expect(open({ rpcUrl: "ws://127.0.0.1:1" })).rejects.toEqual(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
  const unreachable = open({ rpcUrl: "http://127.0.0.1:1/v3/secret-api-key" });
  await expect(unreachable).rejects.toEqual(
    expect.objectContaining({
      code: "CHAIN_UNREACHABLE",
      message: "The chain's RPC server http://127.0.0.1:1 does not serve: ECONNREFUSED.",
    }),
  );
  const silent = AbortSignal.abort();
  await expect(open({ signal: silent })).rejects.toEqual(expect.objectContaining({ code: "CANCELLED" }));
});

test("asks again when the RPC server loses a request or an answer", async () => {
  await using gate = await openGate(ground.rpcUrl);
  await using chain = await open({ rpcUrl: gate.rpcUrl });
  let left = 2;
  gate.decide = () => (left-- > 0 ? (left === 1 ? "refuse" : "loseAnswer") : "pass");
  expect(await readDeposit(chain, account(9).address)).toBe(0n);
  gate.decide = () => "refuse";
  const unreachable = expect.objectContaining({ code: "CHAIN_UNREACHABLE", retryable: true });
  await expect(readDeposit(chain, account(9).address)).rejects.toEqual(unreachable);
  // It says nothing of what the token can do.
  await expect(takesPermits(chain, account(9).address)).rejects.toEqual(unreachable);
});

test("deposits with one permit transaction, allocates, unlocks and withdraws", async () => {
  const [client, executor] = [account(1), account(2)];
  await using chain = await open({ identity: client });
  expect(await faucet(chain)).toMatchObject({ amount: 1000n * TOKEN });
  const transactions = await chain.provider.getTransactionCount(client.address);
  await deposit(chain, 50n * TOKEN);
  expect(await chain.provider.getTransactionCount(client.address)).toBe(transactions + 1);
  expect(await readDeposit(chain, client.address)).toBe(50n * TOKEN);

  await allocate(chain, executor.address, 20n * TOKEN);
  await requestUnlock(chain, executor.address, 5n * TOKEN);
  const channel = await readChannel(chain, client.address, executor.address);
  expect(channel).toEqual({
    balance: 20n * TOKEN,
    unlocking: 5n * TOKEN,
    unlockAt: (await chain.nowSeconds()) + chain.unlockDelaySeconds,
  });
  await using payee = await open({ identity: executor });
  await release(payee, client.address, 20n * TOKEN);
  expect(await readChannel(chain, client.address, executor.address)).toEqual({
    balance: 0n,
    unlocking: 0n,
    unlockAt: 0n,
  });
  await payOut(chain, 50n * TOKEN);
  expect(await readTokenBalance(chain, client.address)).toBe(1000n * TOKEN);
});

test.for([
  ["its domain is not to be had", "DOMAIN_SEPARATOR", 10],
  ["it has a domain and no permits", "nonces", 11],
] as const)("approves first when the token takes no permits: %s", async ([, asked, payer]) => {
  const client = account(payer);
  await using gate = await openGate(ground.rpcUrl);
  await using chain = await open({ rpcUrl: gate.rpcUrl, identity: client });
  const selector = tokenInterface.getFunction(asked)?.selector ?? "";
  gate.answer = (method, params) => {
    const isAsked = method === "eth_call" && JSON.stringify(params).includes(selector);
    return isAsked ? { code: 3, message: "execution reverted" } : undefined;
  };
  await faucet(chain);
  expect(await takesPermits(chain, client.address)).toBe(false);
  const transactions = await chain.provider.getTransactionCount(client.address);
  await deposit(chain, 5n * TOKEN);
  expect(await chain.provider.getTransactionCount(client.address)).toBe(transactions + 2);
  expect(await readDeposit(chain, client.address)).toBe(5n * TOKEN);
  expect(await chain.contracts.token.allowance(client.address, chain.accounting)).toBe(0n);
});

test("estimates gas on chains that are not local, and there too learns of a refusal before it pays", async () => {
  await using other = await startChain({ chainId: 4242 });
  const { accounting } = await deployLloom(other.rpcUrl);
  await using gate = await openGate(other.rpcUrl);
  await using chain = await open({ rpcUrl: gate.rpcUrl, accounting, identity: account(1) });
  expect(chain.network.chainId).toBe(4242n);
  const { transactionHash, gasUsed } = await faucet(chain);
  expect(gate.methods).toContain("eth_estimateGas");
  const limit = (await chain.provider.getTransaction(transactionHash))?.gasLimit ?? 0n;
  expect(limit).toBeGreaterThan(gasUsed);
  expect(limit).toBeLessThan(GAS_BOUNDS.faucet);
  await expect(allocate(chain, account(2).address, TOKEN)).rejects.toMatchObject({
    code: "TRANSACTION_FAILED",
    details: { error: "AccountingInsufficientDeposit" },
  });
  expect(gate.methods.filter((method) => method === "eth_sendRawTransaction")).toHaveLength(1);
});

test("registers with a stake, and adds to it when registered already", async () => {
  const executor = account(3);
  await using chain = await open({ identity: executor });
  await faucet(chain);
  const asked = { role: "executor", peerId: PEER_ID, metadataURI: "", amount: 60n * TOKEN } as const;
  await registerAndStake(chain, asked);
  expect(await readActive(chain, executor.address)).toBe(false);
  await registerAndStake(chain, asked);
  expect(await readMember(chain, executor.address)).toMatchObject({
    role: "executor",
    stake: 120n * TOKEN,
    unbonding: 0n,
    unbondAt: 0n,
  });
  expect(await readActive(chain, executor.address)).toBe(true);
  expect(await readMinimumStake(chain, "executor")).toBe(100n * TOKEN);
  expect(await readCapacity(chain, executor.address)).toBe(12n * TOKEN);
  expect(await readMember(chain, account(8).address)).toMatchObject({ role: "none", registeredAt: 0n });
  expect(await readSigner(chain, account(8).address)).toBeUndefined();
  await expect(registerAndStake(chain, { ...asked, role: "validator" })).rejects.toEqual(
    expect.objectContaining({ code: "COMMAND_INVALID", message: expect.stringContaining("registered as executor") }),
  );
  await expect(unbond(chain, 50n * TOKEN)).rejects.toEqual(
    expect.objectContaining({
      message:
        "Cannot unbond 50 tUSD: 70 tUSD would be left at stake, the role's minimum is 100 tUSD; take out all or less " +
        "[StakeBelowMinimum(minimum 100000000, left 70000000)].",
    }),
  );
});

test("tells a refusal by the contract's error, in plain words and with its values", async () => {
  await using chain = await open({ identity: account(4) });
  await expect(allocate(chain, account(2).address, 3n * TOKEN)).rejects.toEqual(
    expect.objectContaining({
      code: "TRANSACTION_FAILED",
      message:
        "Cannot allocate 3 tUSD: the free deposit holds 0 tUSD, asked were 3 tUSD " +
        "[AccountingInsufficientDeposit(available 0, asked 3000000)].",
      next: "Deposit more: lloom deposit AMOUNT.",
      details: { error: "AccountingInsufficientDeposit", values: { available: "0", asked: "3000000" } },
    }),
  );
  await expect(deposit(chain, TOKEN)).rejects.toEqual(
    expect.objectContaining({
      code: "INSUFFICIENT_FUNDS",
      message: "The wallet holds 0 tUSD; 1 tUSD are needed.",
    }),
  );
  await expect(withdrawEarnings(chain)).rejects.toEqual(expect.objectContaining({ code: "TRANSACTION_FAILED" }));
  await faucet(chain);
  await expect(faucet(chain)).rejects.toEqual(
    expect.objectContaining({ message: expect.stringContaining("the faucet opens again for this account at 20") }),
  );
  await using reader = await open();
  await expect(async () => allocate(reader, account(2).address, 1n)).rejects.toEqual(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
});

test("says that ether for gas is missing", async () => {
  const poor = account(5);
  await ground.request("hardhat_setBalance", poor.address, "0x0");
  await using chain = await open({ identity: poor });
  await expect(faucet(chain)).rejects.toEqual(expect.objectContaining({ code: "INSUFFICIENT_FUNDS" }));
});

test("keeps fixed gas limits at least a third above what actions use from empty storage", async () => {
  await using chain = await open({ identity: account(6) });
  const used = {
    faucet: (await faucet(chain)).gasUsed,
    deposit: (await deposit(chain, 10n * TOKEN)).gasUsed,
    allocate: (await allocate(chain, account(7).address, TOKEN)).gasUsed,
    unlock: (await requestUnlock(chain, account(7).address, TOKEN)).gasUsed,
    withdraw: (await payOut(chain, TOKEN)).gasUsed,
    registerAndStake: (
      await registerAndStake(chain, {
        role: "executor",
        peerId: PEER_ID,
        metadataURI: "https://example.org/operator",
        amount: 200n * TOKEN,
      })
    ).gasUsed,
    unbond: (await unbond(chain, TOKEN)).gasUsed,
  };
  const unlocks = [(await cancelUnlock(chain, account(7).address)).gasUsed];
  await requestUnlock(chain, account(7).address, TOKEN);
  await expect(finalizeUnlock(chain, account(7).address)).rejects.toMatchObject({
    message: expect.stringMatching(/^Cannot finish the unlock: the unlock ends at 2\d{3}-.*T.*Z \[/),
    details: { error: "AccountingUnlockPending" },
  });
  await ground.request("evm_increaseTime", 15 * 86_400);
  unlocks.push((await finalizeUnlock(chain, account(7).address)).gasUsed);
  for (const gas of unlocks) expect(gas * 4n).toBeLessThan(GAS_BOUNDS.unlock * 3n);
  expect(await readDeposit(chain, account(6).address)).toBe(9n * TOKEN);
  expect((await withdrawStake(chain)).gasUsed * 4n).toBeLessThan(GAS_BOUNDS.withdrawStake * 3n);
  for (const [action, gas] of Object.entries(used)) {
    const bound = GAS_BOUNDS[action as keyof typeof used];
    expect(gas * 4n, `${action} used ${gas}`).toBeLessThan(bound * 3n);
  }
});
