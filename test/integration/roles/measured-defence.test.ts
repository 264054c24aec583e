/** How an executor stands up to complaints about models and counts, and what each costs whom, to the unit. */
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { VoteChoice } from "@lloom/protocol/votes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MeasuredCourt } from "../../../node/src/chain/measured-court.ts";
import type { ExecutorLog } from "../../../node/src/store/executor-log.ts";
import { HOUR, later, settleAll } from "./disputed-deliveries.ts";
import {
  bought,
  complain,
  courtWorld,
  drawPanel,
  type Juror,
  standsAt,
  voteByHand,
  wealth,
} from "./measured-complaints.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { type Buyer, DOLLAR, type Seller, type SellerOptions, until, type World } from "./world.ts";

/** Both panels. */
const BENCH = 16;
/** At the smallest stake: a fifth of it, a juror's fee, and the fees of both panels. */
const [PENALTY, FEE] = [20n * DOLLAR, 200_000n];
const BOND = 16n * FEE;

/** Many nodes look at one chain here. */
const SLOW = { disputeCheckMs: 1_000, watchPollMs: 1_000 };

interface Sold {
  readonly seller: Seller;
  readonly buyer: Buyer;
  readonly receipt: Receipt;
}

let world: World;
let bench: Juror[];
let court: MeasuredCourt;
const sales = new Map<string, Sold>();
const SELLERS: Readonly<Record<string, Partial<SellerOptions>>> = {
  forgetful: { tap: (log: ExecutorLog): ExecutorLog => ({ ...log, delivery: () => undefined }) },
  bounded: { appealDeposits: 2n * BOND - 1n },
  accused: {},
  wronged: {},
};
beforeAll(async () => {
  ({ world, bench, court } = await courtWorld(BENCH));
  // All is sold before the chain's clock leaves everybody's; each answer can be complained of for a week.
  for (const [model, options] of Object.entries(SELLERS)) sales.set(model, await sell(model, options));
});
afterAll(() => world[Symbol.asyncDispose]());

async function sell(model: string, options: Partial<SellerOptions>): Promise<Sold> {
  const backend = scriptedBackend(says("It ", "is."), model);
  const seller = await world.seller({ backend, ...SLOW, ...options });
  const buyer = await world.buyer(SLOW);
  const receipt = await bought(buyer, model);
  await settleAll(seller);
  return { seller, buyer, receipt };
}

const sold = (model: string): Sold => sales.get(model) as Sold;
const first = (): Juror => bench[0] as Juror;
const saysOf = ({ seller }: Sold, id: Hex) => seller.store.findDuty("defend", id)?.state;

/** Opened, answered, and found so by five. */
async function judged(model: string, votes: readonly VoteChoice[]): Promise<Hex> {
  const { buyer, receipt } = sold(model);
  const id = await complain(buyer, court, { receipt });
  await standsAt(first(), court, { id, state: "draw" });
  await until("it is answered", () => saysOf(sold(model), id) === "drawn");
  await drawPanel(world, first(), court, id);
  await voteByHand(world, bench, court, { id, votes });
  return id;
}

describe("an executor that has lost the answer", () => {
  it("says nothing until its time is over: that is no guilt, and the jury is asked for all the same", async () => {
    const id = await complain(sold("forgetful").buyer, court, { receipt: sold("forgetful").receipt });
    await until("it says so", () => saysOf(sold("forgetful"), id) === "unanswerable");
    await later(world, 12 * HOUR + 60);
    expect(await standsAt(first(), court, { id, state: "draw" })).toMatchObject({ verdict: "none" });
  });
});

describe("an honest executor that is accused of another model", () => {
  it("does not appeal beyond the bound on deposits, says so, and loses no more than the penalty", async () => {
    const { seller } = sold("bounded");
    const before = await wealth(seller, court);
    const id = await judged("bounded", Array(5).fill("Mismatch"));
    await until("it says so", () => saysOf(sold("bounded"), id) === "unaffordable");
    await later(world, 24 * HOUR + 60);
    expect(await standsAt(first(), court, { id, state: "closed" })).toMatchObject({ outcome: "upheld" });
    const { stake, wallet } = await wealth(seller, court);
    expect({ stake, wallet }).toEqual({ stake: before.stake - PENALTY, wallet: before.wallet });
  });

  it("is found to be right, keeps everything, and has half of what is left of the bond", async () => {
    const { seller, buyer } = sold("accused");
    const [before, challenger] = [await wealth(seller, court), await wealth(buyer, court)];
    const id = await judged("accused", Array(5).fill("Match"));
    await until("it is favoured", () => saysOf(sold("accused"), id) === "favoured");
    expect(seller.executor.status().disputes).toBe(1);
    await later(world, 24 * HOUR + 60);
    // It ends the dispute itself: nobody else is there to do it.
    expect(await standsAt(first(), court, { id, state: "closed" })).toMatchObject({ outcome: "rejected" });
    await until("the duty is over", () => saysOf(sold("accused"), id) === "rejected");
    const left = BOND - 5n * FEE;
    expect(await wealth(seller, court)).toEqual({ ...before, credit: before.credit + left / 2n });
    expect(await wealth(buyer, court)).toEqual({ ...challenger, wallet: challenger.wallet - BOND });
    expect(seller.executor.status().disputes).toBe(0);
  });

  it("appeals against five who are wrong, wins before eleven, and has its deposit back", async () => {
    const { seller } = sold("wronged");
    const before = await wealth(seller, court);
    const id = await judged("wronged", Array(5).fill("Mismatch"));
    await until("it has appealed", () => saysOf(sold("wronged"), id) === "drawn");
    expect((await wealth(seller, court)).wallet).toBe(before.wallet - 2n * BOND);
    await drawPanel(world, first(), court, id);
    await voteByHand(world, bench, court, { id, votes: Array(11).fill("Match") });
    await until("it is favoured", () => saysOf(sold("wronged"), id) === "favoured");
    await later(world, 24 * HOUR + 60);
    expect(await standsAt(first(), court, { id, state: "closed" })).toMatchObject({ outcome: "rejected" });
    // Eleven were right and are paid; its deposit is back, with half of what they left of the bond.
    const half = (BOND - 11n * FEE) / 2n;
    expect(await wealth(seller, court)).toEqual({
      ...before,
      wallet: before.wallet - 2n * BOND,
      credit: before.credit + 2n * BOND + half,
    });
  });
});
