import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { complainOf, settledAnswer } from "../support/disputed-answer.ts";
import { createUser, type User } from "../support/user.ts";

const ETHER = 10n ** 18n;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let client: User;
let executor: User;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  client = stack.use(await createUser({ chain, deployment }));
  executor = stack.use(await createUser({ chain, deployment }));
  for (const user of [client, executor]) await user.tell("faucet");
  await executor.tell("stake", "100", "--yes");
  await client.tell("deposit", "1", "--yes");
  await client.tell("allocate", executor.address, "1", "--yes");
}, 300_000);
afterAll(() => stack.disposeAsync());

describe("what a dispute contract credited", { timeout: 240_000 }, () => {
  it("is shown among the rewards, and paid out in ether", async () => {
    const parties = { chain, deployment, client, executor };
    await complainOf(parties, await settledAnswer(parties, 1n), ETHER);
    const { credits } = (await client.tell("rewards")) as { credits: { kind: string; amount: string }[] };
    expect(credits).toMatchObject([{ kind: "delivery", disputes: deployment.deliveryDisputes }]);
    // The bond depends on the block's fee: what was over is one ether and the change of that.
    const credited = BigInt(credits[0]?.amount ?? 0);
    expect(credited).toBeGreaterThan(ETHER / 2n);
    const before = BigInt((await client.tell("status"))["gas"] as string);
    expect(await client.tell("withdraw", "rewards", "--yes")).toMatchObject({
      of: "deliveryCredits",
      wei: String(credited),
    });
    const { gas, rewards } = (await client.tell("status")) as { gas: string; rewards: unknown };
    expect(rewards).toEqual({ shares: "0", credits: [], pending: [] });
    expect(BigInt(gas)).toBeGreaterThan(before + credited - ETHER / 100n);
  });
});
