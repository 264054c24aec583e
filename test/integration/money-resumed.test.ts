import { cpSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { complainOf, settledAnswer } from "../support/disputed-answer.ts";
import { atSend, killCommand } from "../support/killed-command.ts";
import { owedAnswer } from "../support/owed-answer.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";
import { reportTwoAnswers } from "../support/two-answers.ts";
import { createUser, type Told, type User } from "../support/user.ts";

const EXECUTOR = `0x${"ee".repeat(20)}`;
const ETHER = 10n ** 18n;
const DAY = 86_400;
const YES = "--yes";

let chain: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
/** An executor with clients, and a client of others. */
let trader: User;
let other: User;
let cheat: User;
let session: User;
let proof: string;
/** Base units that answers of the trader cost which nobody has settled. */
const owed: bigint[] = [];
const stack = new AsyncDisposableStack();

const pass = async (seconds: number): Promise<void> => {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
};

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  gate = stack.use(await openGate(chain.rpcUrl));
  const enter = async (): Promise<User> => stack.use(await createUser({ chain, deployment }));
  [trader, other, cheat, session] = [await enter(), await enter(), await enter(), await enter()];
  for (const user of [trader, other, cheat]) await user.tell("faucet");
  for (const user of [trader, other, cheat]) await user.tell("stake", "200", YES);
  await trader.tell("deposit", "100", YES);
  await trader.tell("allocate", EXECUTOR, "20", YES);
  await trader.tell("allocate", other.address, "2", YES);
  await trader.tell("credit", "7", "--collector", deployment.collector, YES);
  await other.tell("deposit", "10", YES);
  await other.tell("allocate", trader.address, "6", YES);
  // From then on the stake covers all of a last answer.
  await pass(8 * DAY);
  await settledAnswer({ chain, deployment, client: other, executor: trader }, 1n);
  const bought = { chain, deployment, client: trader, executor: other };
  await complainOf(bought, await settledAnswer(bought, 1n), ETHER);
  const fault = { chain, deployment, client: trader.identity, executor: cheat.identity };
  await reportTwoAnswers({ ...fault, reporter: trader.identity });
  await trader.tell("unlock", EXECUTOR, "5", YES);
  await pass(2 * DAY);
  for (const lane of [2n, 3n]) {
    const { response } = await owedAnswer({ chain, deployment, client: other, executor: trader }, lane);
    owed.push(response.cumulativeCost);
  }
  proof = join(session.dataDir, "proof.json");
  await session.tell("signer", "prove", trader.address, proof, "--valid", "24");
}, 600_000);
afterAll(() => stack.disposeAsync());

let snapshot: unknown;
beforeEach(async () => {
  snapshot = await chain.request("evm_snapshot");
});
afterEach(() => chain.request("evm_revert", snapshot));

interface Resumed {
  /** What programs are told of the deed that was gone on with. */
  readonly told: Told;
  /** What people are told. */
  readonly words: string;
}

/** Kills the command where its transaction arrives and the answer is lost, and gives it again: both ways of telling. */
async function resumed(user: User, args: readonly string[], before = 0): Promise<Resumed> {
  expect(await killCommand({ user, gate }, args, { at: atSend(before) }), args.join(" ")).toBe(true);
  const killed = await chain.request("evm_snapshot");
  const journal = join(user.dataDir, "transactions");
  cpSync(journal, `${journal}-killed`, { recursive: true });
  const { code, stdout: words, stderr } = await user.run([...args, YES]);
  expect(code, stderr).toBe(0);
  // The same once more, for programs.
  await chain.request("evm_revert", killed);
  rmSync(journal, { recursive: true });
  renameSync(`${journal}-killed`, journal);
  const { stdout } = await user.run([...args, YES, "--json"]);
  const lines = stdout.trim().split("\n");
  const told = lines.map((line): Told => JSON.parse(line)).find((line) => line["resumed"] === true);
  return { told: told ?? expect.fail(`Nothing was gone on with:\n${stdout}`), words };
}

/** Amounts in base units, as `--json` tells them. */
const base = (tokens: number): string => String(BigInt(Math.round(tokens * 1e6)));

interface Case {
  readonly args: () => readonly string[];
  /** Approvals before it. */
  readonly before?: number;
  readonly prepare?: () => Promise<unknown>;
  readonly told: Told;
  readonly words: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  deposit: {
    args: () => ["deposit", "5"],
    told: { action: "deposit", amount: base(5), deposit: base(83) },
    words: /^5 tUSD are deposited\./m,
  },
  stake: {
    args: () => ["stake", "3"],
    before: 1,
    told: { action: "stake", amount: base(3), stake: base(203) },
    words: /^203 tUSD are at stake as executor\./m,
  },
  credit: {
    args: () => ["credit", "2", "--collector", deployment.collector],
    told: { action: "credit", amount: base(2), credit: base(9) },
    words: /^2 tUSD are credited to /m,
  },
  allocate: {
    args: () => ["allocate", EXECUTOR, "2"],
    told: { action: "allocate", amount: base(2), channelBalance: base(22) },
    words: /^2 tUSD are in the channel with /m,
  },
  "unlock, all of a channel": {
    args: () => ["unlock", EXECUTOR],
    told: { action: "unlock", executor: EXECUTOR, amount: base(15) },
    words: /^15 tUSD are unlocking, free from /m,
  },
  "unlock --cancel": {
    args: () => ["unlock", EXECUTOR, "--cancel"],
    told: { action: "cancelUnlock", amount: base(5) },
    words: /^5 tUSD stay in the channel with /m,
  },
  "unlock --finish of one channel": {
    args: () => ["unlock", EXECUTOR, "--finish"],
    told: { action: "finishUnlock", executor: EXECUTOR, amount: base(5) },
    words: /^5 tUSD from the channel with 0x(ee){20} are free deposit now/m,
  },
  "unlock --finish of all channels": {
    args: () => ["unlock", "--finish"],
    told: { action: "finishUnlock", executor: EXECUTOR, amount: base(5) },
    words: /^5 tUSD from the channel with 0x(ee){20} are free deposit now/m,
  },
  "unlock --finish for somebody": {
    args: () => ["unlock", EXECUTOR, "--finish", "--for", trader.address],
    told: { action: "finishUnlock", executor: EXECUTOR, amount: base(5) },
    words: /^5 tUSD from the channel with 0x(ee){20} are free deposit now/m,
  },
  "withdraw deposit, an amount": {
    args: () => ["withdraw", "deposit", "3"],
    told: { action: "withdraw", of: "deposit", amount: base(3) },
    words: /^The deposit is paid out: 3 tUSD, in the wallet of /m,
  },
  "withdraw deposit, all": {
    args: () => ["withdraw", "deposit"],
    told: { action: "withdraw", of: "deposit", amount: base(78) },
    words: /^The deposit is paid out: 78 tUSD, in the wallet of /m,
  },
  "unbond, an amount": {
    args: () => ["unbond", "20"],
    told: { action: "unbond", amount: base(20), left: base(180) },
    words: /^20 tUSD are unbonding, free from /m,
  },
  "unbond all": {
    args: () => ["unbond", "all"],
    told: { action: "unbond", amount: base(200), left: "0" },
    words: /^200 tUSD are unbonding, free from /m,
  },
  "unbond --cancel": {
    args: () => ["unbond", "--cancel"],
    prepare: () => trader.tell("unbond", "20", YES),
    told: { action: "cancelUnbond", amount: base(20) },
    words: /^200 tUSD are at stake\./m,
  },
  "withdraw stake": {
    args: () => ["withdraw", "stake"],
    prepare: async () => {
      await trader.tell("unbond", "20", YES);
      await pass(14 * DAY);
    },
    told: { action: "withdraw", of: "stake", amount: base(20) },
    words: /^The unbonded stake is paid out: 20 tUSD, in the wallet of /m,
  },
  "withdraw all": {
    args: () => ["withdraw", "all"],
    // What unlocked comes first, then earnings, then the deposit.
    before: 2,
    told: { action: "withdraw", of: "deposit", amount: base(83) },
    words: /^The deposit is paid out: 83 tUSD, in the wallet of /m,
  },
  "signer add": {
    args: () => ["signer", "add", proof],
    told: { action: "addSigner" },
    words: /^0x[0-9a-f]{40} signs for /m,
  },
  "signer remove": {
    args: () => ["signer", "remove", session.address],
    prepare: () => trader.tell("signer", "add", proof, YES),
    told: { action: "removeSigner", thawEnd: expect.stringMatching(/^[1-9]/) },
    words: /^0x[0-9a-f]{40} is revoked: its orders count no more, its requests count with deadlines until .* in 1 d/m,
  },
};

describe("a money command that was killed once its transaction was out", { timeout: 300_000 }, () => {
  it.each(Object.keys(CASES))("tells what that transaction did, when it is run again: %s", async (name) => {
    const { args, before, prepare, told, words } = CASES[name] ?? expect.fail();
    await prepare?.();
    const said = await resumed(trader, args(), before);
    expect(said.told).toMatchObject({ event: "done", ...told });
    expect(said.words).toMatch(words);
    expect(said.words).toMatch(/An earlier run had sent this; nothing was sent twice\./);
  });

  it("tells earnings by what was paid out", async () => {
    const { withdrawable } = await trader.tell("earnings");
    expect(withdrawable).toMatch(/^[1-9]/);
    const { told, words } = await resumed(trader, ["withdraw", "earnings"]);
    expect(told).toMatchObject({ of: "earnings", amount: withdrawable });
    expect(words).toMatch(/^The earnings are paid out: 0\.\d+ tUSD, in the wallet of /m);
  });

  it("tells every part of the rewards by what was paid out", async () => {
    const { pending, credits } = (await trader.tell("rewards")) as Record<"pending" | "credits", Told[]>;
    const report = await resumed(trader, ["withdraw", "rewards"], 0);
    expect(report.told).toMatchObject({ action: "creditReport", amount: pending[0]?.["amount"] });
    expect(report.words).toMatch(/^[\d.]+ tUSD are credited to the rewards\./m);
    // The report is credited by now, and all of it was paid out by the second run.
    await chain.request("evm_revert", snapshot);
    snapshot = await chain.request("evm_snapshot");
    const paidOut: Told[] = [];
    for (const before of [1, 2, 3]) {
      const { told, words } = await resumed(trader, ["withdraw", "rewards"], before);
      expect(words).toMatch(/paid out: [\d.]*[1-9][\d.]* (tUSD|ETH), in the wallet of /);
      paidOut.push(told);
      await chain.request("evm_revert", snapshot);
      snapshot = await chain.request("evm_snapshot");
    }
    const delivery = credits.find(({ kind }) => kind === "delivery");
    expect(paidOut).toContainEqual(expect.objectContaining({ of: "deliveryCredits", wei: delivery?.["amount"] }));
    expect(paidOut).toContainEqual(expect.objectContaining({ of: "measuredCredits", amount: base(7) }));
    expect(paidOut).toContainEqual(expect.objectContaining({ of: "rewards", amount: expect.stringMatching(/^[1-9]/) }));
  });

  it("tells what a release gave back, and what was written off with it", async () => {
    const sum = owed.reduce((total, cost) => total + cost, 0n);
    const balance = await channelOfOther();
    const all = await resumed(trader, ["release", other.address]);
    expect(all.told).toMatchObject({ amount: String(balance - sum), owed: String(sum), writtenOff: "0" });
    await chain.request("evm_revert", snapshot);
    snapshot = await chain.request("evm_snapshot");
    const most = await resumed(trader, ["release", other.address, "5.5"]);
    const lost = 5_500_000n + sum - balance;
    expect(most.told).toMatchObject({ amount: base(5.5), owed: String(sum), writtenOff: String(lost) });
    expect(most.words).toMatch(
      /^5\.5 tUSD are in the free deposit of 0x[0-9a-f]{40} again\. [\d.]+ tUSD that it owed are written off\./m,
    );
  });

  it("tells that a jailed executor is active again", async () => {
    await pass(30 * DAY);
    const { told, words } = await resumed(cheat, ["unjail"]);
    expect(told).toMatchObject({ action: "unjail", role: "executor" });
    expect(words).toMatch(/^This key is an active executor again\./m);
  });

  it("tells what a settlement brought, although the channel has paid all that it held", async () => {
    const sum = owed.reduce((total, cost) => total + cost, 0n);
    const spare = (await channelOfOther()) - sum;
    await trader.tell("release", other.address, `${Number(spare) / 1e6}`, YES);
    expect(await killCommand({ user: trader, gate }, ["settle"], { at: atSend() })).toBe(true);
    expect(await channelOfOther()).toBe(0n);
    expect(await trader.tell("settle", YES)).toMatchObject({
      ...{ event: "done", action: "settle", amount: String(sum), lanes: 2, owed: "0", writtenOff: "0", resumed: true },
      transactions: [expect.stringMatching(/^0x[0-9a-f]{64}$/)],
    });
    expect(await trader.tell("settle", YES)).toMatchObject({ event: "nothing", writtenOff: "0" });
  });
});

/** Base units in the channel of the trader's client. */
async function channelOfOther(): Promise<bigint> {
  const { channels } = (await other.tell("status")) as { channels: { peer: string; balance: string }[] };
  return BigInt(channels.find(({ peer }) => peer === trader.address)?.balance ?? "0");
}
