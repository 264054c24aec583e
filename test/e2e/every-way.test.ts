import { testTokenAbi } from "@lloom/protocol/generated/abi";
import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { complainOf, settledAnswer } from "../support/disputed-answer.ts";
import { type Program, runNode, untilPrinted } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { reportTwoAnswers } from "../support/two-answers.ts";
import { createUser, type User } from "../support/user.ts";

const READY_MS = 300_000;
const DAY = 86_400;
const YES = "--yes";
/** Another than those in which the answers stand that came. */
const DISPUTED_LANE = 99n;
/** Wei beyond the bond, which the contract owes to who sent them. */
const TOO_MUCH = 10n ** 18n;
/** What the second client deposits beside its channel. */
const CLIENTS_REST = 4_000_000n;

let chain: TestChain;
let deployment: TestDeployment;
const stack = new AsyncDisposableStack();
let client: User;
let second: User;
let executor: User;
let cheat: User;
let reporter: User;
let validator: User;
let treasury: User;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  const join = async (secret?: Uint8Array): Promise<User> =>
    stack.use(await createUser({ chain, deployment, ...(secret && { secret }) }));
  [client, second, executor, cheat, reporter, validator] = await Promise.all([
    join(),
    join(),
    join(),
    join(),
    join(),
    join(),
  ]);
  treasury = await join(chain.accounts[0]?.secret);
});
afterAll(() => stack.disposeAsync());

const tokensOf = async (owner: string): Promise<bigint> => {
  const provider = connect(chain.rpcUrl);
  try {
    return await new Contract(deployment.paymentToken, testTokenAbi, provider).getFunction("balanceOf")(owner);
  } finally {
    provider.destroy();
  }
};
const etherOf = async (address: string): Promise<bigint> =>
  BigInt(String(await chain.request("eth_getBalance", address, "latest")));
const pass = async (seconds: number): Promise<void> => {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
};
const running: Program[] = [];
afterAll(() => {
  for (const program of running) program.signal("SIGKILL");
});
/** Starts a node, and waits until it says that it is ready. */
async function serve(user: User, args: readonly string[]): Promise<{ program: Program; multiaddr: string }> {
  const program = user.start([...args, "--json"]);
  running.push(program);
  await untilPrinted(program, '"event":"ready"', READY_MS);
  const line = program
    .printed()
    .split("\n")
    .find((text) => text.includes('"event":"ready"'));
  return { program, multiaddr: JSON.parse(line ?? "{}").multiaddrs[0] };
}
/** Everything that a status shows beside the wallet. */
const elsewhere = ({
  deposited,
  channels,
  stake,
  unbonding,
  frozen,
  withdrawable,
  maturing,
  rewards,
}: Record<string, unknown>) => ({
  ...{ deposited, channels, stake, unbonding, frozen, withdrawable, maturing, rewards },
});
const NOTHING = {
  ...{ deposited: "0", channels: [], stake: "0", unbonding: "0", frozen: "0", withdrawable: "0", maturing: [] },
  rewards: { shares: "0", credits: [], pending: [] },
};

describe("every way into the contracts and out of them", () => {
  let minted = 0n;
  let earned = 0n;
  let disputed = 0n;

  it("takes money in: deposits, stakes, channels, credit for bonds", async () => {
    const faucets = [client, second, executor, cheat, validator].map((user) => user.tell("faucet"));
    for (const { amount } of await Promise.all(faucets)) minted += BigInt(String(amount));
    await Promise.all([
      validator.tell("stake", "500", "--role", "validator", YES),
      executor.tell("stake", "100", YES),
      cheat.tell("stake", "300", YES),
      client.tell("deposit", "10", YES),
      second.tell("deposit", "5", YES),
    ]);
    await Promise.all([
      client.tell("allocate", executor.address, "2.5", YES),
      second.tell("allocate", executor.address, "1", YES),
      executor.tell("credit", "3", "--collector", deployment.collector, YES),
      cheat.tell("credit", "2", "--account", second.address, "--collector", deployment.collector, YES),
    ]);
    expect(await tokensOf(deployment.measuredDeposits)).toBe(5_000_000n);
    expect(await second.tell("rewards")).toMatchObject({ credits: [{ kind: "measured", amount: "2000000" }] });
    expect(await client.tell("status")).toMatchObject({ deposited: "7500000" });
    // Anybody's, without a key or a password.
    const nobody = ["--keystore", "/nowhere.json", "--password-file", "/nowhere"];
    const look = ["wallet", "balance", "--address", client.address, ...nobody, "--accounting", deployment.accounting];
    const looked = await runNode({ args: [LLOOM_PROGRAM, ...look, "--rpc", chain.rpcUrl, "--json"] }).ended;
    expect(JSON.parse(looked.stdout)).toEqual({
      ...{ event: "balance", address: client.address, gas: expect.stringMatching(/^\d+$/), balance: "990000000" },
      ...{ deposited: "7500000", role: "none", stake: "0", unbonding: "0", frozen: "0" },
      channels: [{ peer: executor.address, balance: "2500000", unlocking: "0", unlockAt: "0" }],
      token: expect.objectContaining({ symbol: expect.any(String), decimals: 6 }),
    });
    expect((await executor.run(["wallet", "balance"])).stdout).toMatch(
      /\nChannels +0 \S+\nStake +100 \S+ as executor\n/,
    );
  });

  it("earns with answers, and shows what is owed before it is settled, and what is free when after that", async () => {
    const anchor = await serve(validator, ["validator"]);
    const settleLate = ["--settle-amount", "100", "--settle-age-seconds", "43200"];
    const seller = await serve(executor, ["executor", "--bootstrap", anchor.multiaddr, ...settleLate]);
    const costs: bigint[] = [];
    for (const prompt of ["What is Lloom?", "What is a receipt?"]) {
      const answer = await client.tell("ask", prompt, "--max-tokens", "16", "--bootstrap", anchor.multiaddr);
      expect(answer["executor"]).toBe(executor.address);
      costs.push(BigInt(answer["cost"] as string));
    }
    earned = costs.reduce((sum, cost) => sum + cost, 0n);
    const owed = { total: String(earned), byClient: { [client.address]: String(earned) } };
    expect(await executor.tell("earnings")).toMatchObject({ owed, settled: "0", withdrawable: "0" });
    expect(await executor.tell("status")).toMatchObject({ owed: String(earned) });
    seller.program.signal("SIGINT");
    expect((await seller.program.ended).code).toBe(0);
    anchor.program.signal("SIGINT");
    await anchor.program.ended;
    const settled = await executor.tell("earnings");
    expect(settled).toMatchObject({ owed: { total: "0" }, settled: String(earned), withdrawable: String(costs[0]) });
    expect(settled["maturing"]).toMatchObject([{ amount: String(costs[1]) }]);
  });

  it("gives the price of an answer that never came back to who disputed it, with its bond", async () => {
    const parties = { chain, deployment, client: second, executor };
    const receipt = await settledAnswer(parties, DISPUTED_LANE);
    disputed = receipt.response.cumulativeCost;
    const id = await complainOf(parties, receipt, TOO_MUCH);
    expect(await etherOf(deployment.deliveryDisputes)).toBeGreaterThan(TOO_MUCH);
    expect(await second.tell("status")).toMatchObject({ deposited: String(CLIENTS_REST) });
    await executor.tell("dispute", "concede", id, YES);
    expect(await second.tell("status")).toMatchObject({ deposited: String(CLIENTS_REST + disputed) });
  });

  it("gives a client its channels back, after the delay or at once by the executor", async () => {
    const asked = await client.tell("unlock", executor.address, YES);
    expect(asked).toMatchObject({ action: "unlock", amount: String(2_500_000n - earned) });
    expect(await client.tell("unlock", "--finish", YES)).toMatchObject({ event: "nothing" });
    expect(await executor.tell("release", second.address, YES)).toMatchObject({
      amount: String(1_000_000n - disputed),
    });
    await second.tell("withdraw", "deposit", YES);
    expect(await tokensOf(second.address)).toBe(1_000_000_000n);
    await second.tell("withdraw", "rewards", YES);
    expect(await tokensOf(second.address)).toBe(1_002_000_000n);
    await pass(DAY);
    await client.tell("unlock", "--finish", YES);
    await client.tell("withdraw", "deposit", "3", YES);
    await client.tell("withdraw", "deposit", YES);
    expect(await tokensOf(client.address)).toBe(1_000_000_000n - earned);
  });

  it("pays nothing to where no way leads out", async () => {
    for (const lost of [deployment.accounting, deployment.collector, `0x${"0".repeat(40)}`]) {
      const { code, stderr } = await executor.run(["withdraw", "earnings", "--to", lost, YES]);
      expect(stderr).toMatch(/is no wallet: what is paid there is lost/);
      expect(code).toBe(2);
    }
  });

  it("pays an executor what it earned, its credit and its stake", async () => {
    await executor.tell("withdraw", "rewards", YES);
    await executor.tell("withdraw", "earnings", YES);
    await pass(2 * DAY);
    await executor.tell("withdraw", "earnings", YES);
    expect(await executor.tell("withdraw", "earnings", YES)).toMatchObject({ event: "nothing" });
    await Promise.all([executor, validator].map((user) => user.tell("unbond", "all", YES)));
    expect(await executor.tell("withdraw", "stake", YES)).toMatchObject({ event: "nothing" });
    await pass(14 * DAY);
    await Promise.all([
      executor.tell("withdraw", "stake", "--to", reporter.address, YES),
      validator.tell("withdraw", "stake", YES),
    ]);
    expect(await tokensOf(executor.address)).toBe(900_000_000n + earned);
    expect(await tokensOf(reporter.address)).toBe(100_000_000n);
    expect(await tokensOf(validator.address)).toBe(1_000_000_000n);
  });

  it("pays those who proved a fault, those who suffered it, and the treasury; lets the culprit out of jail", async () => {
    await reportTwoAnswers({
      chain,
      deployment,
      client: client.identity,
      executor: cheat.identity,
      reporter: reporter.identity,
    });
    const waiting = await reporter.tell("rewards");
    expect(waiting).toMatchObject({ shares: "0", pending: [{ amount: expect.stringMatching(/^[1-9]/) }] });
    expect(await cheat.tell("unjail", YES)).toMatchObject({ event: "nothing" });
    await pass(DAY);
    await Promise.all([reporter, client, treasury].map((user) => user.tell("withdraw", "rewards", YES)));
    await pass(30 * DAY);
    await cheat.tell("unjail", YES);
    await cheat.tell("unbond", "all", YES);
    await pass(14 * DAY);
    await cheat.tell("withdraw", "all", YES);
  });

  it("ends with zero everywhere: every unit that came in is in a wallet again", async () => {
    const users = [client, second, executor, cheat, reporter, validator, treasury];
    const states = await Promise.all(users.map((user) => user.tell("status")));
    for (const [index, state] of states.entries()) expect(elsewhere(state), users[index]?.address).toEqual(NOTHING);
    const { paymentToken: _, ...holders } = deployment;
    for (const [name, address] of Object.entries(holders))
      expect([await tokensOf(address), await etherOf(address)], name).toEqual([0n, 0n]);
    const wallets = await Promise.all(users.map(({ address }) => tokensOf(address)));
    expect(wallets.reduce((sum, amount) => sum + amount, 0n)).toBe(minted);
  });
});
