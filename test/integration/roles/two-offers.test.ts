/** An executor that signs two offers of one id, and the validators that hear both. */
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerIdAt } from "@lloom/protocol/offers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { offerEquivocationId } from "../../../node/src/chain/disputes/equivocation.ts";
import { openJudges } from "../../../node/src/chain/disputes/judges.ts";
import { readMember, readMinimumStake } from "../../../node/src/chain/reads.ts";
import { joinOfferTopic } from "../../../node/src/p2p/discovery/offer-topic.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { openValidatorLog } from "../../../node/src/store/validator/validator-log.ts";
import { createValidator } from "../../../node/src/validator/validator.ts";
import { EVERYBODY_STAKED } from "../../support/hosts.ts";
import { offer } from "../../support/tiny-offer.ts";
import { log, type Member, until, World } from "./world.ts";

const HOUR = 3_600n;
let world: World;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => {
  await stack.disposeAsync();
  await world[Symbol.asyncDispose]();
});

/** A validator with duties, that looks at them all the time. */
async function watchful(): Promise<Member> {
  const member = await world.join(await world.nextIdentity());
  const cipher = createTextCipher(member.identity.secret);
  const file = stack.use(openDatabase(join(await world.dataDir(), "validator.sqlite"), { cipher }));
  const timing = { jury: false, watchPollMs: 100, dutyCheckMs: 100, turnMs: 0 };
  stack.use(await createValidator({ ...member, store: openValidatorLog(file), log }, timing));
  return member;
}

it(
  "is noticed by whoever hears both, proven on chain once, and costs a tenth of the smallest stake",
  {
    timeout: 120_000,
  },
  async () => {
    const validator = await watchful();
    const cheat = await world.join(await world.nextIdentity());
    await world.stake(cheat);
    const { chain, identity, host } = cheat;
    const topic = stack.use(
      joinOfferTopic(host, {
        ...{ stakes: EVERYBODY_STAKED, accept: () => undefined, log },
        ...{ onOffer: () => undefined, onWithdraw: () => undefined },
      }),
    );
    const hasher = createCommitmentHasher(chain.domain);
    const offerId = offerIdAt(Date.now(), 7);
    const validUntil = (await chain.nowSeconds()) + HOUR;
    const signed = (inboundPrice: bigint): SignedOffer => {
      const said = offer(identity.address, { offerId, validUntil, inboundPrice }, Date.now());
      return { ...said, signature: identity.sign(hasher.hashOffer(said.offer)) };
    };
    const before = await readMember(chain, identity.address);
    const { equivocation } = await openJudges(chain);
    const id = offerEquivocationId({ executor: identity.address, offerId });
    const tell = async (...prices: readonly bigint[]): Promise<void> => {
      for (const price of prices) await topic.publish(signed(price));
    };
    // One of them is nothing yet, however often it is told.
    await until("the first is known", async () => {
      await tell(10n);
      return world.validator?.allOffers().some((one) => one.offer.offerId === offerId) === true;
    });
    expect(await chain.contracts.stakeRegistry.isSlashed(equivocation, id)).toBe(false);
    await until("both are proven", async () => {
      await tell(10n, 11n);
      return chain.contracts.stakeRegistry.isSlashed(equivocation, id);
    });
    const penalty = (await readMinimumStake(chain, "executor")) / 10n;
    expect((await readMember(chain, identity.address)).stake).toBe(before.stake - penalty);
    const sent = await chain.provider.getTransactionCount(validator.identity.address);
    expect(sent).toBe(2);
    const rounds = await chain.provider.getBlockNumber();
    await tell(10n, 11n, 12n);
    await world.chain.request("evm_mine");
    await until("the chain went on", async () => (await chain.provider.getBlockNumber()) > rounds);
    expect(await chain.provider.getTransactionCount(validator.identity.address)).toBe(sent);
  },
);
