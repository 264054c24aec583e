import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { complainOf, type Parties, settledAnswer } from "../support/disputed-answer.ts";
import { refuseTransfers } from "../support/refusing-token.ts";
import { createUser, type User } from "../support/user.ts";

const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let client: User;
let executor: User;
let parties: Parties;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  client = stack.use(await createUser({ chain, deployment }));
  executor = stack.use(await createUser({ chain, deployment }));
  parties = { chain, deployment, client, executor };
  for (const user of [client, executor]) await user.tell("faucet");
  await executor.tell("stake", "100", "--yes");
  await client.tell("deposit", "5", "--yes");
  await client.tell("allocate", executor.address, "1", "--yes");
  await settledAnswer(parties, 1n);
}, 300_000);
afterAll(() => stack.disposeAsync());

async function refusal(user: User, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await user.run([...args, "--yes"]);
  expect(code, stdout).not.toBe(0);
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}
const DAYS = 2 * 86_400;
async function pass(seconds: number): Promise<void> {
  await chain.request("evm_increaseTime", seconds);
  await chain.request("evm_mine");
}

describe("a payment token that refuses transfers", { timeout: 600_000 }, () => {
  it("while it is paused: every command says so, answers are settled, and afterwards all of it comes out", async () => {
    await using pause = new AsyncDisposableStack();
    pause.use(await refuseTransfers(chain, deployment.paymentToken));
    const paused =
      /TRANSACTION_FAILED: Cannot .*: the payment token says "Pausable: paused"\.\n {2}Nothing has moved\./;
    for (const args of [["deposit", "1"] as const, ["withdraw", "deposit", "3"] as const, ["stake", "1"] as const])
      expect(await refusal(client, ...args)).toMatch(paused);
    // Books move on without the token.
    const receipt = await settledAnswer(parties, 2n);
    await complainOf(parties, receipt, 10n ** 18n);
    await pass(DAYS);
    expect(await refusal(executor, "withdraw", "earnings")).toMatch(paused);
    // Ether of a bond comes out beside tokens that cannot.
    const all = await client.run(["withdraw", "all", "--yes", "--json"]);
    expect(all.stdout).toMatch(/"event":"done".*"of":"deliveryCredits"/);
    expect(all.stderr).toMatch(/Pausable: paused/);
    expect(all.code).not.toBe(0);
    await pause.disposeAsync();
    expect(await client.tell("withdraw", "deposit", "3", "--yes")).toMatchObject({ event: "done", amount: "3000000" });
    const earned = await executor.tell("withdraw", "earnings", "--yes");
    expect(earned).toMatchObject({ event: "done", resumed: false });
    expect(await executor.tell("earnings")).toMatchObject({ withdrawable: "0" });
  });

  it("of one wallet: its owner is paid at another one", async () => {
    await settledAnswer(parties, 3n);
    await pass(DAYS);
    await using _ = await refuseTransfers(chain, deployment.paymentToken, { wallet: executor.address });
    expect(await refusal(executor, "withdraw", "earnings")).toMatch(
      /the payment token says "Blacklistable: account is blacklisted".*\n.*--to ADDRESS pays another one/,
    );
    const paid = await executor.tell("withdraw", "earnings", "--to", client.address, "--yes");
    expect(paid).toMatchObject({ event: "done", to: client.address });
    expect(await client.tell("withdraw", "deposit", "1", "--yes")).toMatchObject({ event: "done" });
  });
});
