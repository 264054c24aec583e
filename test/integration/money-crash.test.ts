import { join } from "node:path";
import { accountingV2Abi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { atSend, type Death, killCommand } from "../support/killed-command.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";
import { createUser, type User } from "../support/user.ts";

const EXECUTOR = `0x${"ee".repeat(20)}`;
/** A command makes fewer calls than this after it sent. */
const MOST_CALLS = 40;

let chain: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let user: User;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  gate = stack.use(await openGate(chain.rpcUrl));
  user = stack.use(await createUser({ chain, deployment }));
  await user.tell("faucet");
  await user.tell("deposit", "100", "--yes");
  await user.tell("stake", "200", "--yes");
}, 300_000);
afterAll(() => stack.disposeAsync());

/** How often a contract did something for this user. */
async function countOf(event: string): Promise<number> {
  const provider = connect(chain.rpcUrl);
  try {
    const accounting = new Contract(deployment.accounting, accountingV2Abi, provider);
    const registry = new Contract(deployment.stakeRegistry, stakeRegistryAbi, provider);
    const contract = registry.interface.hasEvent(event) ? registry : accounting;
    return (await contract.queryFilter(contract.getEvent(event)(user.address))).length;
  } finally {
    provider.destroy();
  }
}

const killed = (args: readonly string[], death: Death): Promise<boolean> => killCommand({ user, gate }, args, death);

/** Commands that would do something else when they were done twice. */
const COMMANDS: readonly (readonly [event: string, args: readonly string[], before: number])[] = [
  ["Deposited", ["deposit", "5"], 0],
  ["Allocated", ["allocate", EXECUTOR, "2"], 0],
  ["UnlockRequested", ["unlock", EXECUTOR, "1"], 0],
  ["Withdrawn", ["withdraw", "deposit", "3"], 0],
  ["Staked", ["stake", "3"], 1],
  ["UnbondRequested", ["unbond", "2"], 0],
];

describe("a command that is killed", { timeout: 300_000 }, () => {
  it.each(COMMANDS)(
    "before its transaction arrives, does it once when it is run again: %s",
    async (event, args, earlier) => {
      const before = await countOf(event);
      expect(await killed(args, { at: atSend(earlier), passage: "refuse" })).toBe(true);
      expect(await countOf(event)).toBe(before);
      await user.tell(...args, "--yes");
      expect(await countOf(event)).toBe(before + 1);
    },
  );

  it.each(COMMANDS)(
    "after it arrived, says so and does nothing more when it is run again: %s",
    async (event, args, earlier) => {
      const before = await countOf(event);
      expect(await killed(args, { at: atSend(earlier) })).toBe(true);
      expect(await user.tell(...args, "--yes")).toMatchObject({ event: "done", resumed: true });
      expect(await countOf(event)).toBe(before + 1);
      // That was the end of it: the same command is another wish now.
      expect(await user.tell(...args, "--yes")).toMatchObject({ event: "done", resumed: false });
      expect(await countOf(event)).toBe(before + 2);
    },
  );

  it.each(["refuse", "loseAnswer"] as const)(
    "at the approval of a stake stakes once when it is run again, where that transaction %s",
    async (passage) => {
      const before = await countOf("Staked");
      expect(await killed(["stake", "4"], { at: atSend(), passage })).toBe(true);
      expect(await countOf("Staked")).toBe(before);
      expect(await user.tell("stake", "4", "--yes")).toMatchObject({ event: "done", resumed: false });
      expect(await countOf("Staked")).toBe(before + 1);
      // What was approved is taken: the same again needs another approval.
      await user.tell("stake", "4", "--yes");
      expect(await countOf("Staked")).toBe(before + 2);
    },
  );

  it.each(["refuse", "loseAnswer"] as const)(
    "sends a signed order once, killed where its transaction %s",
    async (passage) => {
      const file = join(user.dataDir, `${passage}.json`);
      await user.tell("allocate", EXECUTOR, "1", "--sign-only", file);
      const before = await countOf("Allocated");
      expect(await killed(["relay", file], { at: atSend(), passage })).toBe(true);
      expect(await countOf("Allocated")).toBe(passage === "refuse" ? before : before + 1);
      expect(await user.tell("relay", file, "--yes")).toMatchObject({ event: "done", action: "relay" });
      expect(await countOf("Allocated")).toBe(before + 1);
      expect(await user.tell("relay", file, "--yes")).toMatchObject({ event: "nothing" });
      expect(await countOf("Allocated")).toBe(before + 1);
    },
  );

  it("after the receipt, before it told, knows that it was done", async () => {
    const before = await countOf("UnlockRequested");
    let isMined = false;
    const at = (method: string): boolean => {
      if (isMined) return true;
      isMined = method === "eth_getTransactionReceipt";
      return false;
    };
    expect(await killed(["unlock", EXECUTOR, "0.5"], { at })).toBe(true);
    expect(await countOf("UnlockRequested")).toBe(before + 1);
    expect(await user.tell("unlock", EXECUTOR, "0.5", "--yes")).toMatchObject({ resumed: true, amount: "500000" });
    expect(await countOf("UnlockRequested")).toBe(before + 1);
  });

  it("at any of its calls after it signed, pays once", { timeout: 600_000 }, async () => {
    for (let last = 0; last < MOST_CALLS; last++) {
      const before = await countOf("Withdrawn");
      const wasKilled = await killed(["withdraw", "deposit", "0.1"], { at: (_, index) => index === last });
      if (wasKilled) await user.tell("withdraw", "deposit", "0.1", "--yes");
      expect(await countOf("Withdrawn"), `killed at call ${last}`).toBe(before + 1);
      if (!wasKilled) return;
    }
    expect.unreachable("the command makes more calls than the test follows");
  });
});
