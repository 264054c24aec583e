/** Nodes whose clocks are wrong: they say so, and nobody else pays for it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClockWatch } from "../../../node/src/clock/clock-watch.ts";
import type { LloomError } from "../../../node/src/errors.ts";
import { blamed } from "../../support/hosts.ts";
import { untilPrinted } from "../../support/processes.ts";
import { launch, READY_MS, start } from "./launch.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, log, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.seller({ backend: scriptedBackend(says("The clock is right.")) });
  await world.seller({ backend: scriptedBackend(says("The clock is right.")) });
});
afterAll(() => world[Symbol.asyncDispose]());

/** A clock that is so many seconds fast. */
const skewed = (seconds: number) => () => Date.now() + seconds * 1000;
/** For how many messages the gossip of a node blames its peers. */
const blames = ({ host }: { readonly host: World["anchor"] }): number =>
  host.connected().reduce((sum, peer) => sum + blamed(host, peer), 0);

it.for([-700, -150, 90, 130, 150, 600])("a client that is %i s off answers or blames its clock", async (skew) => {
  await using buyer = await world.buyer({ clock: skewed(skew), offerWaitMs: 3_000 });
  await until("it has peers", () => buyer.host.connected().length > 0);
  const outcome = await askAll(buyer).catch((thrown: unknown) => thrown as LloomError);
  if ("code" in outcome) {
    const direction = skew > 0 ? "fast" : "slow";
    expect(outcome).toMatchObject({
      code: "CLOCK_WRONG",
      message: expect.stringMatching(new RegExp(`^This clock is \\d+ s ${direction}, going by \\d+ peers?\\.$`)),
      next: expect.stringMatching(/^Set it by the network/),
    });
    expect(Math.abs(Number(outcome.details["errorSeconds"]) - skew)).toBeLessThan(10);
  } else expect(outcome.text).toBe("The clock is right.");
  // Offers keep coming; whoever passes them on is not to blame for their time.
  expect(blames(buyer)).toBe(0);
  if (Math.abs(skew) >= 600) expect(outcome).toMatchObject({ code: "CLOCK_WRONG" });
  if (skew === 90) expect(outcome).toHaveProperty("text");
});

it.for([-700, -150, 90, 130, 150, 600])(
  "a node that is %i s off is told, once, and told when it is right again",
  async (skew) => {
    await using member = await world.buyer({ deposit: 0n });
    await until("it has peers", () => member.host.connected().length > 0);
    const told: (LloomError | undefined)[] = [];
    let offset = skew;
    await using watch = new ClockWatch({
      ...{ chain: member.chain, host: member.host, log },
      clock: () => Date.now() + offset * 1000,
      onChange: (problem) => told.push(problem),
    });
    await until("it is told", () => told.length === 1);
    expect(told[0]).toMatchObject({ code: "CLOCK_WRONG" });
    expect(Math.abs(Number(told[0]?.details["errorSeconds"]) - skew)).toBeLessThan(10);
    await watch.look();
    expect(told).toHaveLength(1);
    offset = 0;
    // A look at which nobody answers in time takes nothing back.
    await until("it is told that it is right", async () => (await watch.look()) === undefined);
    expect(told.slice(1)).toEqual([undefined]);
  },
);

it("a node that is right says nothing, also when it knows nobody", async () => {
  await using member = await world.buyer({ deposit: 0n });
  const told: unknown[] = [];
  await using watch = new ClockWatch({
    chain: member.chain,
    host: member.host,
    log,
    onChange: (problem) => told.push(problem),
  });
  expect(await watch.look()).toBeUndefined();
  await until("it has peers", () => member.host.connected().length > 0);
  expect(await watch.look()).toBeUndefined();
  expect(told).toEqual([]);
});

it("an executor whose clock is wrong harms nobody: others pass its neighbours' offers on", async () => {
  await using seller = await world.seller({ backend: scriptedBackend(says("Late."), "late"), clock: skewed(300) });
  await using buyer = await world.buyer();
  await until("the honest offers are heard", () => buyer.client.offers("scripted").length > 0);
  const honest = buyer.client.offers("scripted").map(({ sentAt }) => sentAt);
  // Every offer is sent again within half a second: these were judged by the late one and by everybody else.
  await until("newer ones come", () =>
    buyer.client.offers("scripted").every(({ sentAt }) => sentAt > Math.max(...honest)),
  );
  expect(blames(seller) + blames(buyer) + blames({ host: world.anchor })).toBe(0);
});

describe("a command whose machine's clock is wrong says so in words", () => {
  const skewBy = (seconds: number, later = seconds): Record<string, string> => ({
    NODE_OPTIONS: `--import=${new URL("../../support/skewed-clock.js", import.meta.url).href}`,
    SECONDS_FAST: String(seconds),
    SECONDS_FAST_LATER: String(later),
  });
  const bootstrap = (): string[] => ["--bootstrap", world.anchor.multiaddrs().join(",")];

  it.for([
    ["validator", 150, "Warning: This clock is 150 s fast, going by "],
    ["gateway", -700, "Warning: This clock is 700 s slow, going by "],
    ["executor", 150, "Warning: This clock is 150 s fast, going by "],
    ["executor", -700, "Warning: This clock is 700 s slow, going by "],
  ] as const)("%s, %i s off", async ([command, seconds, words]) => {
    const program = await launch(world, { command, more: bootstrap(), env: skewBy(seconds) });
    try {
      await untilPrinted(program, words, READY_MS);
      expect(program.printed()).toMatch(/\n {2}Set it by the network/);
    } finally {
      program.signal("SIGKILL");
      await program.ended;
    }
  });

  it("executor, whose clock is set wrong while it serves", { timeout: 240_000 }, async () => {
    const program = await start(world, { command: "executor", more: bootstrap(), env: skewBy(0, 600) });
    try {
      expect(program.printed()).not.toContain("This clock is");
      program.signal("SIGUSR2");
      await untilPrinted(program, "Warning: This clock is 600 s fast, going by ", 120_000);
      expect(program.printed()).toMatch(/\n {2}Set it by the network/);
    } finally {
      program.signal("SIGKILL");
      await program.ended;
    }
  });

  it("ask, in the place of having nobody to ask", async () => {
    const program = await launch(world, {
      command: "ask",
      more: ["?", "--model", "scripted", ...bootstrap()],
      env: skewBy(600),
    });
    const { code, stdout, stderr } = await program.ended;
    expect(stderr).toMatch(/^CLOCK_WRONG: This clock is 600 s fast, going by \d+ peers?\.\n {2}Set it by the network/m);
    expect(stdout).toBe("");
    expect(code).toBe(75);
  });
});
