import { afterAll, beforeAll, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain } from "../../../test/support/chain.ts";
import { openGate } from "../../../test/support/rpc-gate.ts";
import { createLog } from "../log.ts";
import { openChain } from "./chain.ts";
import { chainUntil } from "./chain-until.ts";
import { readDeposit, readMember } from "./reads.ts";

let ground: TestChain;
beforeAll(async () => {
  ground = await startChain();
});
afterAll(() => ground[Symbol.asyncDispose]());

test("reads until its signal, and ends a read at once at a server that hangs", async () => {
  const { accounting } = await deployLloom(ground.rpcUrl);
  await using gate = await openGate(ground.rpcUrl);
  const { signal: never } = new AbortController();
  const log = createLog({ level: "silent", name: "test" });
  await using chain = await openChain({ rpcUrl: gate.rpcUrl, accounting, signal: never, log });
  const stop = new AbortController();
  const bounded = chainUntil(chain, stop.signal);
  const owner = ground.accounts[1]?.address ?? accounting;
  expect(await readDeposit(bounded, owner)).toBe(0n);
  expect(await bounded.nowSeconds()).toBeGreaterThan(0n);

  gate.decide = () => "hang";
  const asked = gate.methods.length;
  const reads = [readDeposit(bounded, owner), readMember(bounded, owner), bounded.nowSeconds()];
  const outcomes = Promise.allSettled(reads);
  await expect.poll(() => gate.methods.length).toBe(asked + 3);
  const before = performance.now();
  stop.abort();
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "CANCELLED" } });
  // A request of its own would be waited for 15 seconds.
  expect(performance.now() - before).toBeLessThan(5000);
  await expect(readDeposit(bounded, owner)).rejects.toMatchObject({ code: "CANCELLED" });
});
