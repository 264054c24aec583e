import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGate } from "../../support/rpc-gate.ts";
import { launch, start } from "./launch.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, question, until, World } from "./world.ts";

/** A gateway gives running answers 10 s, then 5 s to be cancelled; a validator nothing. And time for a loaded machine. */
const ROLE_END_MS = 45_000;
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

describe("stopped while the chain's server takes calls and answers none", () => {
  it.each(["gateway", "validator"])("lloom %s ends in its time", { timeout: 240_000 }, async (command) => {
    await using gate = await openGate(world.chain.rpcUrl);
    const more = ["--bootstrap", world.anchor.multiaddrs().join(",")];
    const program = await start(world, { command, more, rpcUrl: gate.rpcUrl });
    gate.decide = () => "hang";
    const before = gate.methods.length;
    // A gateway watches the chain; a validator looks up whoever offers something.
    if (command === "validator") await world.seller({ backend: scriptedBackend(says("Hello.")) });
    await until("a call hangs", () => gate.methods.length > before, 60_000);
    const url = /http:\/\/\S+/.exec(program.printed())?.[0];
    const asked = command === "gateway" ? askAt(`${url}/chat/completions`) : undefined;
    const startedMs = performance.now();
    program.signal("SIGTERM");
    const { code, stderr } = await program.ended;
    expect(performance.now() - startedMs).toBeLessThan(ROLE_END_MS);
    expect(code, stderr).toBe(0);
    await asked;
  });

  it.each(["gateway", "validator"])(
    "lloom %s that has not even begun ends at once",
    { timeout: 240_000 },
    async (command) => {
      await using gate = await openGate(world.chain.rpcUrl);
      gate.decide = () => "hang";
      const program = await launch(world, { command, rpcUrl: gate.rpcUrl });
      const told = (): string => `a call hangs; so far:\n${program.printed()}`;
      await until(told, () => gate.methods.length > 0, 60_000);
      const startedMs = performance.now();
      program.signal("SIGTERM");
      await program.ended;
      expect(performance.now() - startedMs).toBeLessThan(END_MS / 2);
    },
  );
});

/** A question whose answer nobody waits for; what becomes of it is the caller's loss. */
const askAt = (url: string): Promise<unknown> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "lloom-tiny", messages: [{ role: "user", content: "Hi" }] }),
  }).catch(() => undefined);
