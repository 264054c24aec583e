import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGate } from "../../support/rpc-gate.ts";
import { start } from "./launch.ts";
import { askAll, question, World } from "./world.ts";

/** The drain's 2 s, half as long again to settle, and time for a loaded machine to end a process. */
const END_MS = 30_000;

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("lloom executor, stopped while the chain's server takes calls and answers none", () => {
  it("ends in the time that it was given, and says what is not settled", { timeout: 120_000 }, async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    const more = ["--bootstrap", world.anchor.multiaddrs().join(","), "--drain-seconds", "2"];
    const program = await start(world, { command: "executor", more, rpcUrl: gate.rpcUrl });
    await using buyer = await world.buyer({ allowUnstaked: true });
    await askAll(buyer, question("What is Lloom?", { model: "lloom-tiny", maxOutboundTokens: 8 }));
    gate.decide = () => "hang";
    const startedMs = performance.now();
    program.signal("SIGTERM");
    const { stdout } = await program.ended;
    expect(performance.now() - startedMs).toBeLessThan(END_MS);
    expect(stdout).toMatch(/Warning: [\d.]+ tUSD of answers are not settled/);
  });
});
