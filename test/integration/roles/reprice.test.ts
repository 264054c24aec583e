import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatAmount } from "@lloom/protocol/amounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, untilPrinted } from "../../support/processes.ts";
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

describe("lloom executor, told to read its configuration again", () => {
  it("offers the new prices, and keeps the old ones when there is a mistake in the file", async () => {
    const dir = await keyIn(world);
    const file = join(dir, "lloom.toml");
    writeFileSync(file, prices("0.20", "0.50"));
    const more = ["--bootstrap", world.anchor.multiaddrs().join(",")];
    const program = await start(world, { command: "executor", dir, more });
    await eventually("the first prices are known", SOON_MS, () => offered().flat().join() === "200000,500000");
    writeFileSync(file, prices("0.30", "0.70"));
    program.signal("SIGHUP");
    await untilPrinted(program, "New prices: 0.30 and 0.70 tUSD", SOON_MS);
    await eventually("the new prices are known", SOON_MS, () => offered().flat().join() === "300000,700000");
    writeFileSync(file, prices("0.30", "cheap"));
    program.signal("SIGHUP");
    await untilPrinted(program, "Warning: the prices stay as they are.", SOON_MS);
    expect(offered()).toEqual([[300_000n, 700_000n]]);
    program.signal("SIGTERM");
    expect((await program.ended).code).toBe(0);
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
