import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain } from "../support/chain.ts";
import { atSend, killCommand, SEND } from "../support/killed-command.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";
import { createUser, type Told, type User } from "../support/user.ts";

const YES = "--yes";
const TOKEN = 1_000_000n;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let gate: RpcGate;
let trader: User;
let snapshot: unknown;

beforeAll(async () => {
  chain = stack.use(await startChain());
  const deployment = await deployLloom(chain.rpcUrl);
  gate = stack.use(await openGate(chain.rpcUrl));
  trader = stack.use(await createUser({ chain, deployment }));
  await trader.tell("faucet");
  await trader.tell("deposit", "10", YES);
}, 300_000);
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  snapshot = await chain.request("evm_snapshot");
});
afterEach(() => chain.request("evm_revert", snapshot));

describe("a run that was cut off", { timeout: 600_000 }, () => {
  it("before anything arrived, and lost its nonce since, is no consent to what is there now", async () => {
    const args = ["withdraw", "deposit"];
    expect(await killCommand({ user: trader, gate }, args, { at: atSend(), passage: "refuse" })).toBe(true);
    await trader.tell("deposit", "5", YES);
    const unasked = await trader.run(args);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringMatching(/--yes/) });
    expect(await trader.tell(...args, YES)).toMatchObject({
      event: "done",
      resumed: false,
      amount: String(15n * TOKEN),
    });
  });

  it("by Ctrl-C after it had sent was not done as far as it knows, and names the transaction", async () => {
    const program = trader.start(["deposit", "5", YES, "--json"], gate.rpcUrl);
    let isOut = false;
    gate.decide = (method) => {
      if (isOut) return "refuse";
      if (method !== SEND) return "pass";
      isOut = true;
      program.signal("SIGINT");
      return "loseAnswer";
    };
    const { code, stderr } = await program.ended;
    gate.decide = () => "pass";
    const { error } = JSON.parse(stderr.trim().split("\n").at(-1) ?? "") as { error: Told };
    const sent = { transactionHashes: [expect.stringMatching(/^0x[0-9a-f]{64}$/)] };
    expect([code, error]).toEqual([
      130,
      expect.objectContaining({ code: "CANCELLED", details: expect.objectContaining(sent) }),
    ]);
    expect(error["message"]).toMatch(/It was sent as 0x[0-9a-f]{64}, and may still be mined\./);
    expect(await trader.tell("deposit", "5", YES)).toMatchObject({
      resumed: true,
      amount: String(5n * TOKEN),
      deposit: String(15n * TOKEN),
    });
  });
});
