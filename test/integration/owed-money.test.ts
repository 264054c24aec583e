import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain } from "../support/chain.ts";
import type { Parties } from "../support/disputed-answer.ts";
import { acceptedRequest, owedAnswer } from "../support/owed-answer.ts";
import { createUser, type User } from "../support/user.ts";

const stack = new AsyncDisposableStack();
let chain: TestChain;
let client: User;
let executor: User;
let parties: Parties;
const WEEK = 8 * 86_400;
const TOKEN = 1_000_000n;

beforeAll(async () => {
  chain = stack.use(await startChain());
  const deployment = await deployLloom(chain.rpcUrl);
  client = stack.use(await createUser({ chain, deployment }));
  executor = stack.use(await createUser({ chain, deployment }));
  parties = { chain, deployment, client, executor };
  for (const user of [client, executor]) await user.tell("faucet");
  await executor.tell("stake", "100", "--yes");
  await client.tell("deposit", "20", "--yes");
  // From then on the stake covers all of a last answer.
  await chain.request("evm_increaseTime", WEEK);
  await chain.request("evm_mine");
}, 300_000);
afterAll(() => stack.disposeAsync());

const owedTo = async (): Promise<unknown> => (await executor.tell("earnings"))["owed"];

describe("what a client owes an executor that does not run", { timeout: 600_000 }, () => {
  it("stays in the channel when that is released, and is settled by a command", async () => {
    await client.tell("allocate", executor.address, "2", "--yes");
    const { response } = await owedAnswer(parties, 1n);
    const owed = response.cumulativeCost;
    const asked = await executor.run(["release", client.address]);
    expect(asked.stdout).toMatch(/owed .*not settled or being answered: that much stays; lloom settle takes it/);
    const released = await executor.tell("release", client.address, "--yes");
    expect(released).toMatchObject({ amount: String(2n * TOKEN - owed), owed: String(owed), writtenOff: "0" });
    const again = await executor.run(["release", client.address, "--yes"]);
    expect(again.stdout).toMatch(
      /is owed for answers that are not settled or being given\. Settle them first: lloom settle\./,
    );
    const settled = await executor.tell("settle", "--yes");
    expect(settled).toMatchObject({ event: "done", amount: String(owed), lanes: 1, owed: "0", refused: [] });
    expect(await owedTo()).toMatchObject({ total: "0", lanes: 0, writtenOff: "0" });
    expect(await executor.tell("settle", "--yes")).toMatchObject({ event: "nothing", writtenOff: "0" });
  });

  it("is told as written off once it was released on purpose, and as owed no more", async () => {
    await client.tell("allocate", executor.address, "2", "--yes");
    const { response } = await owedAnswer(parties, 2n);
    const owed = response.cumulativeCost;
    const asked = await executor.run(["release", client.address, "2"]);
    expect(asked.stdout).toMatch(/are given up for good, unless you settle first: lloom settle/);
    const released = await executor.run(["release", client.address, "2", "--yes"]);
    expect(released.stdout).toMatch(/that it owed are written off\.\n/);
    expect(await owedTo()).toMatchObject({ total: "0", lanes: 0, byClient: {}, writtenOff: String(owed) });
    const status = await executor.run(["status"]);
    expect(status.stdout).toMatch(/Owed +0 tUSD for answers that are not settled yet; .* are written off/);
    expect(await executor.tell("settle", "--yes")).toMatchObject({ event: "nothing", writtenOff: String(owed) });
  });

  it("is owed again when the client fills the channel, until its time is over", async () => {
    await client.tell("allocate", executor.address, "2", "--yes");
    expect(await owedTo()).toMatchObject({ lanes: 1, writtenOff: "0" });
    await chain.request("evm_increaseTime", 2 * 86_400);
    await chain.request("evm_mine");
    expect(await owedTo()).toMatchObject({ total: "0", lanes: 0 });
    const released = await executor.tell("release", client.address, "--yes");
    expect(released).toMatchObject({ amount: String(2n * TOKEN), owed: "0" });
  });

  it("stays in the channel at its cap while it is being answered, beside the running executor", async () => {
    await client.tell("allocate", executor.address, "2", "--yes");
    const cap = 300_000n;
    const running = await acceptedRequest(parties, 4n, cap);
    const released = await executor.tell("release", client.address, "--yes");
    expect(released).toMatchObject({ amount: String(2n * TOKEN - cap), owed: String(cap), writtenOff: "0" });
    await running.fail();
    const rest = await executor.tell("release", client.address, "--yes");
    expect(rest).toMatchObject({ amount: String(cap), owed: "0", writtenOff: "0" });
  });

  it("is unknown where its log is not: only a named amount is released, and nobody is told that nothing was owed", async () => {
    await client.tell("allocate", executor.address, "2", "--yes");
    const log = join(executor.dataDir, "executor.sqlite");
    renameSync(log, `${log}.away`);
    try {
      const refused = await executor.run(["release", client.address, "--yes"]);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toMatch(/^STORE_FAILED: What 0x\w+ owes is not known: .*\n {2}Give --data-dir/);
      const shown = await executor.run(["release", client.address, "1"]);
      expect(shown.stdout).toMatch(/owed +unknown: there is no log of this executor here/);
      const released = await executor.tell("release", client.address, "1", "--yes");
      expect(released).toMatchObject({ amount: String(TOKEN), owed: null, writtenOff: null });
    } finally {
      renameSync(`${log}.away`, log);
    }
    expect(await executor.tell("release", client.address, "--yes")).toMatchObject({ amount: String(TOKEN), owed: "0" });
  });

  it("stays owed as far as the stake does not cover a last answer, and how much it covers is said", async () => {
    await client.tell("deposit", "400", "--yes");
    await client.tell("allocate", executor.address, "300", "--yes");
    const { response } = await owedAnswer(parties, 3n, 2_000_000_000_000n);
    const settled = await executor.tell("settle", "--yes");
    const { amount, covered, owed } = settled as { amount: string; covered: string; owed: string };
    expect(BigInt(amount)).toBeGreaterThan(0n);
    expect(BigInt(amount)).toBeLessThanOrEqual(BigInt(covered));
    expect(BigInt(owed)).toBeGreaterThan(0n);
    expect(BigInt(amount)).toBeLessThan(response.cumulativeCost);
    const again = await executor.run(["settle", "--yes"]);
    expect(again.stdout).toMatch(/stay owed: the stake covers \d+(\.\d+)? tUSD of last answers that have not matured/);
  });
});
