import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, untilPrinted } from "../../support/processes.ts";
import { keyIn, start } from "./launch.ts";
import { type Buyer, World } from "./world.ts";

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
