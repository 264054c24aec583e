import { afterAll, beforeAll, expect, it } from "vitest";
import { unbond } from "../../../node/src/chain/account/actions.ts";
import { stakeRegistryInterface } from "../../../node/src/chain/contracts.ts";
import { readMember } from "../../../node/src/chain/reads.ts";
import { MODEL, scriptedBackend } from "./scripted-backend.ts";
import { type Buyer, type Seller, until, World } from "./world.ts";

/** Undelivered answers; and enough half strikes at once for jail. */
const [OFFENCE, HALVES, WINDOW] = [2, 6, 90n * 86_400n];
let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const sellers = async ({ client }: Buyer): Promise<number> => (await client.model(MODEL))?.executors ?? 0;

/** As the judge of deliveries would, which may. */
async function jail({ identity }: Seller): Promise<void> {
  const judge = world.deployment.deliveryDisputes;
  const { request } = world.chain;
  await request("hardhat_impersonateAccount", judge);
  await request("hardhat_setBalance", judge, `0x${(10n ** 18n).toString(16)}`);
  const data = stakeRegistryInterface.encodeFunctionData("strike", [identity.address, OFFENCE, HALVES, WINDOW]);
  await request("eth_sendTransaction", { from: judge, to: world.deployment.stakeRegistry, data });
}

/** What a stake was a minute ago would be believed for five. */
it("buys no more from an executor as soon as the chain says that it is in jail, or takes its stake out", async () => {
  await using jailed = await world.seller({ backend: scriptedBackend() });
  await using leaving = await world.seller({ backend: scriptedBackend() });
  await using buyer = await world.buyer({});
  await until("both are known", async () => (await sellers(buyer)) === 2);
  await jail(jailed);
  await until("one is left", async () => (await sellers(buyer)) === 1);
  await unbond(leaving.chain, (await readMember(leaving.chain, leaving.identity.address)).stake);
  await until("none is left", async () => (await sellers(buyer)) === 0);
  expect(buyer.client.offers(MODEL)).toHaveLength(2);
});
