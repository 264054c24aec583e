import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatAmount } from "@lloom/protocol/amounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, eventually, type Program, runNode, untilPrinted } from "../../support/processes.ts";
import { LLOOM_PROGRAM } from "../../support/program.ts";
import { createUser } from "../../support/user.ts";
import { keyIn, start } from "./launch.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { type Buyer, PRICE, World } from "./world.ts";

const SOON_MS = 60_000;
const prices = (inbound: string, outbound: string): string =>
  `[executor]\ninbound-price = "${inbound}"\noutbound-price = "${outbound}"\n`;

let world: World;
let buyer: Buyer;
beforeAll(async () => {
  world = await World.start();
  buyer = await world.buyer({ deposit: 0n });
});
afterAll(() => world[Symbol.asyncDispose]());

/** The prices at which the shipped model is offered. */
const offered = (): (readonly bigint[])[] =>
  buyer.client.offers("lloom-tiny").map(({ offer }) => [offer.inboundPrice, offer.outboundPrice]);

describe("lloom executor, while it runs", () => {
  let dir: string;
  let program: Program;
  beforeAll(async () => {
    dir = await keyIn(world);
    writeFileSync(join(dir, "lloom.toml"), prices("0.20", "0.50"));
    const more = ["--bootstrap", world.anchor.multiaddrs().join(",")];
    program = await start(world, { command: "executor", dir, more });
  });

  it("offers new prices when told to read them, and keeps the old ones when there is a mistake in the file", async () => {
    const file = join(dir, "lloom.toml");
    await eventually("the first prices are known", SOON_MS, () => offered().flat().join() === "200000,500000");
    writeFileSync(file, prices("0.30", "0.70"));
    program.signal("SIGHUP");
    await untilPrinted(program, "New prices: 0.30 and 0.70 tUSD", SOON_MS);
    await eventually("the new prices are known", SOON_MS, () => offered().flat().join() === "300000,700000");
    writeFileSync(file, prices("0.30", "cheap"));
    program.signal("SIGHUP");
    await untilPrinted(program, "Warning: the prices stay as they are.", SOON_MS);
    expect(offered()).toEqual([[300_000n, 700_000n]]);
  });

  it("drains by lloom drain: it stays and sells again, or stops", async () => {
    const drain = (...flags: readonly string[]): Promise<Ended> =>
      runNode({ args: [LLOOM_PROGRAM, "drain", "--data-dir", dir, ...flags] }).ended;
    expect((await drain("--undo")).stdout).toMatch(/does not drain/);
    expect(await drain("--stay")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing runs any more, and/),
    });
    await eventually("its offers are withdrawn", SOON_MS, () => offered().length === 0);
    expect(await drain("--undo")).toMatchObject({ code: 0, stdout: "The executor sells again.\n" });
    await eventually("it offers again", SOON_MS, () => offered().length === 1);
    expect(await drain()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The executor has stopped, and/) });
    expect((await program.ended).code).toBe(0);
    expect(await drain()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No executor runs/) });
  });
});

describe("lloom gateway with --max-inbound-price", () => {
  it("buys nothing a unit above it, and at it as soon as somebody sells for that", async () => {
    const dearer = { ...PRICE, inboundPrice: PRICE.inboundPrice + 1n };
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "priced"), price: dearer });
    using user = await createUser(world);
    await user.tell("faucet");
    await user.tell("deposit", "10", "--yes");
    const limit = formatAmount(PRICE.inboundPrice, seller.chain.tokenDecimals);
    const bounds = ["--max-inbound-price", limit, "--bootstrap", world.anchor.multiaddrs().join(",")];
    const gateway = await start(world, { command: "gateway", dir: user.dataDir, more: bounds });
    const url = /http:\S+\/v1/.exec(gateway.printed())?.[0];
    const ask = async (): Promise<{ readonly status: number; readonly body: string }> => {
      const answer = await fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "priced", messages: [{ role: "user", content: "?" }], max_tokens: 16 }),
      });
      return { status: answer.status, body: await answer.text() };
    };
    await eventually("it knows the price", SOON_MS, async () => (await ask()).body.includes("within the price limit"));
    expect(await ask()).toMatchObject({ status: 503, body: expect.stringContaining("--max-inbound-price") });
    expect(seller.executor.status()).toMatchObject({ answered: 0, refused: 0, failed: 0 });
    seller.executor.reprice({ price: PRICE });
    await eventually("it buys at the limit", SOON_MS, async () => (await ask()).status === 200);
    expect(seller.executor.status()).toMatchObject({ answered: 1, refused: 0 });
    gateway.signal("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
  });
});
