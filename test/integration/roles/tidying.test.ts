/** Logs that grow for ever would fill a disk: what no dispute can reach any more goes, by itself. */
import { EVIDENCE_SECONDS, LONGEST_DEADLINE_SECONDS } from "@lloom/protocol/evidence-windows";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scriptedBackend } from "./scripted-backend.ts";
import { askAll, soon, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

it("client and executor forget by themselves what no contract can ask for any more", async () => {
  const backend = scriptedBackend();
  const [buying, selling] = [
    { identity: await world.nextIdentity(), dataDir: await world.dataDir() },
    { identity: await world.nextIdentity(), dataDir: await world.dataDir(), backend },
  ];
  const seller = await world.seller(selling);
  const buyer = await world.buyer(buying);
  const first = (await askAll(buyer)).end;
  const last = (await askAll(buyer)).end;
  await seller.executor.settleNow(soon());
  const kept = (...logs: (typeof buyer | typeof seller)[]) =>
    logs.map(({ store }) => store.receipts({ limit: 9 }).map(({ receipt }) => receipt.response.requestHash));
  expect(kept(buyer, seller)).toEqual([
    [last.requestHash, first.requestHash],
    [last.requestHash, first.requestHash],
  ]);
  await Promise.all([buyer[Symbol.asyncDispose](), seller[Symbol.asyncDispose]()]);

  const seconds = Number(EVIDENCE_SECONDS + LONGEST_DEADLINE_SECONDS) + 3_600;
  await world.chain.request("evm_increaseTime", seconds);
  await world.chain.request("evm_mine");
  const ahead = { clock: () => Date.now() + seconds * 1_000 };
  await using later = await world.buyer({ ...buying, ...ahead, deposit: 0n });
  await using sold = await world.seller({ ...selling, ...ahead });
  await until("what is old is gone", () => kept(later, sold).flat().length === 1);
  // The newest of a lane that is in use stays with the client: what is asked next builds on it.
  expect(kept(later, sold)).toEqual([[last.requestHash], []]);
  expect(sold.store.delivery(last.requestHash)).toBeUndefined();
});
