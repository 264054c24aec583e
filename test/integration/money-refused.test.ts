import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approveCall, depositCall, registerAndStakeCall, stakeCall } from "../../node/src/chain/account/calls.ts";
import { costOf } from "../../node/src/chain/account/cost.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { readAllowance } from "../../node/src/chain/reads.ts";
import { createLog } from "../../node/src/log.ts";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { createUser, type User } from "../support/user.ts";

const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let user: User;
const PEER = `0x${"0e".repeat(20)}`;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  user = stack.use(await createUser({ chain, deployment }));
  await user.tell("faucet");
  await user.tell("stake", "100", "--yes");
  await user.tell("deposit", "10", "--yes");
  await user.tell("allocate", PEER, "5.5", "--yes");
  await user.tell("unlock", PEER, "2.5", "--yes");
}, 300_000);
afterAll(() => stack.disposeAsync());

const sent = async (): Promise<number> => {
  const provider = connect(chain.rpcUrl);
  const count = await provider.getTransactionCount(user.address);
  provider.destroy();
  return count;
};

describe("money that is not there", { timeout: 600_000 }, () => {
  it.each<readonly [string, readonly string[], RegExp, RegExp]>([
    [
      "a deposit",
      ["withdraw", "deposit", "100"],
      /The free deposit holds 4\.5 tUSD; 100 tUSD were asked/,
      /Ask for less/,
    ],
    [
      "a deposit to allocate",
      ["allocate", PEER, "5"],
      /The free deposit holds 4\.5 tUSD; 5 tUSD/,
      /lloom deposit AMOUNT/,
    ],
    [
      "a channel, of which a part is unlocking",
      ["unlock", PEER, "4"],
      /holds, beside 2\.5 tUSD that are unlocking already, 3 tUSD; 4 tUSD were asked/,
      /Ask for less, or for all of it: lloom unlock 0x/,
    ],
    ["stake", ["unbond", "101"], /At stake are 100 tUSD; 101 tUSD were asked/, /lloom unbond all/],
    [
      "stake that has to stay",
      ["unbond", "50"],
      /100 tUSD have to stay, or nothing; free to leave are 0 tUSD/,
      /unbond all/,
    ],
    ["a client's channel", ["release", PEER, "1"], /holds 0 tUSD; 1 tUSD were asked/, /lloom release 0x/],
    ["a wallet", ["deposit", "1000000"], /The wallet holds .*; 1000000 tUSD are needed/, /lloom faucet/],
  ])("is refused before anything is sent, with what there is and what to do: %s", async (_, args, problem, next) => {
    const before = await sent();
    const { code, stdout, stderr } = await user.run([...args, "--yes"]);
    expect([code, stdout]).toEqual([1, ""]);
    const [first = "", second = ""] = stderr.split("\n");
    expect(first).toMatch(/^INSUFFICIENT_FUNDS: /);
    expect(first).toMatch(problem);
    expect(second).toMatch(next);
    expect(await sent()).toBe(before);
  });
});

describe("an approval", { timeout: 600_000 }, () => {
  it("is not sent for a stake in another role than the key has", async () => {
    const before = await sent();
    const { code, stdout, stderr } = await user.run(["stake", "100", "--role", "validator", "--yes"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^COMMAND_INVALID: This key is registered as executor, and a key has one role\.\n.*--data-dir/,
    );
    expect(await sent()).toBe(before);
  });

  it("is not planned for a call that the contract would refuse whatever it is allowed to take", async () => {
    const signal = new AbortController().signal;
    const log = createLog({ level: "silent", name: "test" });
    const { accounting, stakeRegistry } = deployment;
    await using own = await openChain({ rpcUrl: chain.rpcUrl, accounting, signal, log });
    const asked = { role: "validator", peerId: new Uint8Array(38).fill(1), metadataURI: "", amount: 7n } as const;
    const approval = await approveCall(own, stakeRegistry, 7n);
    const refused = costOf(own, user.address, { call: await registerAndStakeCall(own, asked), approval });
    await expect(refused).rejects.toMatchObject({ details: { error: "StakeAlreadyRegistered" } });
    // What only lacks the allowance is planned.
    const executor = { ...asked, role: "executor" } as const;
    for (const call of [await stakeCall(own, executor), await depositCall(own, 7n)])
      expect(await costOf(own, user.address, { call, approval })).toMatchObject({ isBound: true });
    expect(await readAllowance(own, user.address, stakeRegistry)).toBe(0n);
  });
});
