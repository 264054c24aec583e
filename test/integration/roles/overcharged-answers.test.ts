/** What a client does by itself about answers that it refused for their counts, and that were settled all the same. */
import type { Receipt } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate, senderOf } from "../../../node/src/chain/account/actions.ts";
import { settle } from "../../../node/src/chain/account/settle.ts";
import { concedeMeasuredCall } from "../../../node/src/chain/disputes/measured-calls.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../../node/src/chain/disputes/measured-court.ts";
import { readDisputeAbout, readMeasured } from "../../../node/src/chain/disputes/measured-disputes.ts";
import { openStakeView } from "../../../node/src/chain/read/stake-view.ts";
import { readCredit } from "../../../node/src/chain/reads.ts";
import { createExchange } from "../../support/exchange.ts";
import { idOf, purse } from "./disputed-deliveries.ts";
import { type Buyer, type BuyerOptions, DOLLAR, type Member, until, World } from "./world.ts";

const DISPUTING: BuyerOptions = { disputes: "auto", disputePatienceSeconds: 0n, disputeCheckMs: 200 };
/** Eighty fees of a juror: the smallest penalty; the bond pays sixteen. */
const [PENALTY, BOND] = [16n * DOLLAR, 3_200_000n];
const COUNTED = { inboundTokens: 10, outboundTokens: 40 };
const SALT = `0x${"5a".repeat(32)}` as const;

let world: World;
let court: MeasuredCourt;
beforeAll(async () => {
  world = await World.start();
  const someone = await world.join(await world.nextIdentity());
  court = (await openMeasuredCourt(someone.chain)) ?? expect.fail("There is no court.");
});
afterAll(() => world[Symbol.asyncDispose]());

interface Overcharged {
  readonly rogue: Member;
  /** As the client refused it. */
  readonly receipt: Receipt;
  /** Another one over the same request. */
  readonly other: Receipt;
  /** The client counts, refuses and keeps it. */
  readonly refuse: () => void;
}

/** An executor states twice the tokens; the client has refused it. */
async function overcharge(buyer: Buyer, again?: Member): Promise<Overcharged> {
  const overcharged = await overchargeUnseen(buyer, again);
  overcharged.refuse();
  return overcharged;
}

/** The same, before it has come to the client. */
async function overchargeUnseen({ chain, identity, store }: Buyer, again?: Member): Promise<Overcharged> {
  const rogue = again ?? (await world.join(await world.nextIdentity()));
  if (again === undefined) await world.stake(rogue);
  const executor = rogue.identity.address;
  await allocate(chain, executor, 5n * DOLLAR);
  const deadline = (await chain.nowSeconds()) + 600n;
  const exchange = createExchange({ domain: chain.domain, client: identity, executor: rogue.identity, deadline });
  const { lane } = store.reserveLane(executor);
  const asked = exchange.ask(EMPTY_LANE, { lane });
  const { request, requestHash, clientSignature } = asked;
  store.saveRequest({ requestHash, request, signature: clientSignature, promptSalt: SALT, sentAtMs: Date.now() });
  const sign = (outbound: bigint): Receipt => {
    const { response, executorSignature } = exchange.answer(EMPTY_LANE, asked, { outbound });
    return { request, response, clientSignature, executorSignature };
  };
  const [receipt, other] = [sign(80n), sign(79n)];
  const { response, executorSignature } = receipt;
  const refuse = (): void => {
    store.saveWrongCount({
      ...{ requestHash, response, responseHash: idOf(chain, receipt), executorSignature, contentSalt: SALT },
      counts: COUNTED,
      opened: {
        messages: [{ role: "user", content: "?" }],
        sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
        ...{ weightsHash: SALT, profileHash: SALT, offerHash: SALT, text: "It came, and is counted twice." },
      },
      noticedAtMs: Date.now(),
    });
    store.retireLane(executor, lane, "RESPONSE_INVALID");
  };
  return { rogue, receipt, other, refuse };
}

const priceOf = ({ request, response }: Receipt): bigint => response.cumulativeCost - request.ackedCost;

describe("an answer that was refused for its counts and settled all the same", () => {
  it("is complained of by itself, not as one that never came; who concedes pays it back and a quarter of the penalty", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt } = await overcharge(buyer);
    const [client, executor] = [await purse(world, buyer), await purse(world, rogue)];
    await settle(rogue.chain, [receipt]);
    const dispute = async () => readDisputeAbout(buyer.chain, court, receipt.request);
    await until("it is complained of", async () => (await dispute()) !== undefined);
    const id = (await dispute()) ?? expect.fail("There is no dispute.");
    expect(await readMeasured(buyer.chain, court, id)).toMatchObject({
      ...{ kind: "TokenInflation", challenger: buyer.identity.address, executor: rogue.identity.address },
    });
    await until("it is seen through", () => buyer.store.findDuty("accuse", id)?.state === "open");
    expect(buyer.store.findDuty("accuse", id)).toMatchObject({ penalty: PENALTY, bond: BOND });
    const reported = () => buyer.store.findDuty("report", receipt.response.requestHash)?.state;
    await until("it is noted", () => reported() === "complained");
    expect(buyer.store.openDuties("dispute")).toEqual([]);
    expect((await purse(world, buyer)).wallet).toBe(client.wallet - BOND);

    const stakes = openStakeView(buyer.chain);
    expect((await stakes.get(rogue.identity.address))?.hasCheated).toBe(false);
    await senderOf(rogue.chain).send(concedeMeasuredCall(court, id));
    const later = openStakeView(buyer.chain);
    expect((await later.get(rogue.identity.address))?.hasCheated).toBe(true);
    await until("it is over", () => buyer.store.findDuty("accuse", id)?.state === "conceded");
    const [after, rogueAfter] = [await purse(world, buyer), await purse(world, rogue)];
    const slashed = PENALTY / 4n;
    expect({ stake: rogueAfter.stake, settled: rogueAfter.settled }).toEqual({
      stake: executor.stake - slashed,
      settled: 0n,
    });
    // The price back, 30 % of the slash as the challenger, the bond as credit.
    expect({ deposit: after.deposit, rewards: after.rewards, wallet: after.wallet }).toEqual({
      deposit: client.deposit + priceOf(receipt),
      rewards: client.rewards + (slashed * 3n) / 10n,
      wallet: client.wallet - BOND,
    });
    expect(await readCredit(buyer.chain, court.deposits, buyer.identity.address)).toBe(BOND);
  });

  it("waits for its owner where the policy says so, or where bonds would lock too much", async () => {
    await using asking = await world.buyer({ ...DISPUTING, disputes: "ask" });
    await using poor = await world.buyer({ ...DISPUTING, complaintBonds: BOND - 1n });
    for (const [buyer, state] of [
      [asking, "asked"],
      [poor, "unaffordable"],
    ] as const) {
      const { rogue, receipt } = await overcharge(buyer);
      await settle(rogue.chain, [receipt]);
      const { requestHash } = receipt.response;
      await until(`it is ${state}`, () => buyer.store.findDuty("report", requestHash)?.state === state);
      expect(await readDisputeAbout(buyer.chain, court, receipt.request)).toBeUndefined();
    }
  });

  it("waits while another complaint about its executor is open, however many are settled at once", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt: first } = await overcharge(buyer);
    const { receipt: second } = await overcharge(buyer, rogue);
    const { wallet } = await purse(world, buyer);
    await settle(rogue.chain, [first, second]);
    const stateOf = ({ response }: Receipt) => buyer.store.findDuty("report", response.requestHash)?.state;
    const states = () => [stateOf(first), stateOf(second)].toSorted();
    await until("one is complained of, and one waits", () => states().join() === "complained,waiting");
    expect((await purse(world, buyer)).wallet).toBe(wallet - BOND);
    const [open, later] = stateOf(first) === "complained" ? [first, second] : [second, first];
    const id = (await readDisputeAbout(buyer.chain, court, open.request)) ?? expect.fail("There is no dispute.");
    expect(await readDisputeAbout(buyer.chain, court, later.request)).toBeUndefined();
    await senderOf(rogue.chain).send(concedeMeasuredCall(court, id));
    await until("the other one is complained of", () => stateOf(later) === "complained");
  });

  it("is complained of although its settlement was seen before it came", async () => {
    await using buyer = await world.buyer({ ...DISPUTING, disputePatienceSeconds: 3_600n });
    const { rogue, receipt, refuse } = await overchargeUnseen(buyer);
    await settle(rogue.chain, [receipt]);
    const missing = () => buyer.store.findDuty("dispute", idOf(buyer.chain, receipt))?.state;
    await until("it is missed", () => missing() === "missing");
    refuse();
    await until(
      "it is complained of",
      async () => (await readDisputeAbout(buyer.chain, court, receipt.request)) !== undefined,
    );
    await until("it is not missed any more", () => missing() === "came");
  });

  it("is one of two signatures where another one was settled", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt, other } = await overcharge(buyer);
    const { stake } = await purse(world, rogue);
    await settle(rogue.chain, [other]);
    const { requestHash } = receipt.response;
    await until("it is proven", () => buyer.store.findDuty("report", requestHash)?.state === "proven");
    expect((await purse(world, rogue)).stake).toBeLessThan(stake);
  });

  it("is found by a client that was away, and complained of once by whoever is there", async () => {
    const [identity, dataDir] = [await world.nextIdentity(), await world.dataDir()];
    const before = await world.buyer({ ...DISPUTING, identity, dataDir });
    const { rogue, receipt } = await overcharge(before);
    await before[Symbol.asyncDispose]();
    await settle(rogue.chain, [receipt]);
    const again: BuyerOptions = { ...DISPUTING, identity, dataDir, deposit: 0n };
    const disputed = (buyer: Buyer) => async () =>
      (await readDisputeAbout(buyer.chain, court, receipt.request)) !== undefined;
    const first = await world.buyer(again);
    await until("it is complained of", disputed(first));
    await first[Symbol.asyncDispose]();
    await using second = await world.buyer(again);
    const { requestHash } = receipt.response;
    await until("it is known", () => second.store.findDuty("report", requestHash)?.state === "complained");
    await until("it is seen through", () => second.store.openDuties("accuse").length > 0);
    expect(second.store.openDuties("accuse")).toHaveLength(1);
  });
});
