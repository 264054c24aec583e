import { ponder } from "ponder:registry";
import { freezeMovement, jailMovement, judge, slashing, strike } from "ponder:schema";
import { enumName } from "@lloom/protocol/contract-enums";
import { stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { changeMember, seeJudged, takeStake } from "./membership.ts";
import { originOf } from "./origin.ts";
import { noteReputation } from "./reputation.ts";
import { tableName } from "./schema/contract-names.ts";
import { creditCollected, creditShares } from "./shares.ts";
import { addToBuckets, addToExecutorDay, addToNetwork } from "./totals.ts";

/** `IStakeRegistry.Offence` as the tables have it. */
const offenceOf = (value: number) => tableName(enumName(stakeRegistryFacts.Offence, value));

ponder.on("StakeRegistry:Wired", async ({ event, context: { db } }) => {
  const { id: _, ...origin } = originOf(event);
  const power = tableName(enumName(stakeRegistryFacts.Power, event.args.power));
  await db.insert(judge).values({ ...origin, address: event.args.judge, power });
});

ponder.on("StakeRegistry:Frozen", async ({ event, context: { db } }) => {
  const { member, judge: judgeAddress, id: disputeId, amount, frozen } = event.args;
  const origin = originOf(event);
  await seeJudged(db, member, origin.timestamp);
  await changeMember(db, member, () => ({ frozen }));
  const row = { memberAddress: member, judgeAddress, disputeId, amount, frozen };
  await db.insert(freezeMovement).values({ ...origin, ...row, kind: "FREEZE" });
});

ponder.on("StakeRegistry:Unfrozen", async ({ event, context: { db } }) => {
  const { member, judge: judgeAddress, id: disputeId, amount, frozen } = event.args;
  await changeMember(db, member, () => ({ frozen }));
  const row = { memberAddress: member, judgeAddress, disputeId, amount, frozen };
  await db.insert(freezeMovement).values({ ...originOf(event), ...row, kind: "UNFREEZE" });
});

ponder.on("StakeRegistry:Slashed", async ({ event, context: { db } }) => {
  const { member, judge: judgeAddress, id: disputeId, taken: amount, totalStake, ...order } = event.args;
  const [origin, { unbonding }] = [originOf(event), order];
  const stake = { stake: totalStake, unbonding, ...(unbonding === 0n ? { unbondAt: null } : {}) };
  const role = await takeStake(db, { member, amount, origin, change: () => stake });
  await db.insert(slashing).values({
    ...origin,
    judgeAddress,
    disputeId,
    memberAddress: member,
    offence: offenceOf(order.offence),
    reporter: order.reporter,
    victim: order.victim,
    jury: order.jury,
    taken: amount,
    restituted: order.payout.restituted,
    toReporter: order.payout.reporter,
    toVictim: order.payout.victim,
    toJury: order.payout.jury,
    toTreasury: order.payout.treasury,
    waiting: order.payout.waiting,
    stake: totalStake,
    unbonding,
  });
  await creditShares(db, order);
  await noteReputation(db, event.block, { name: "Slashed", args: event.args });
  await addToNetwork(db, { slashed: amount, slashCount: 1 });
  await addToBuckets(db, origin.timestamp, { slashed: amount });
  if (role === "VALIDATOR") return;
  await addToExecutorDay(db, { executorAddress: member, timestamp: origin.timestamp }, { slashed: amount });
});

/** What waited of a slash; earlier claims can have taken some of it. */
ponder.on("StakeRegistry:Collected", async ({ event, context: { db } }) => {
  const { judge: judgeAddress, id: disputeId, ...shares } = event.args;
  await db.update(slashing, { judgeAddress, disputeId }).set((row) => ({
    toReporter: row.toReporter + shares.toReporter,
    toVictim: row.toVictim + shares.toVictim,
    toTreasury: row.toTreasury + shares.toTreasury,
    waiting: 0n,
  }));
  await creditCollected(db, shares);
});

ponder.on("StakeRegistry:Struck", async ({ event, context: { db } }) => {
  const { member, judge: judgeAddress, offence: struckFor, halves, count } = event.args;
  const origin = originOf(event);
  await seeJudged(db, member, origin.timestamp);
  const row = { memberAddress: member, judgeAddress, offence: offenceOf(struckFor), halves, count };
  await db.insert(strike).values({ ...origin, ...row });
  await noteReputation(db, event.block, { name: "Struck", args: event.args });
});

ponder.on("StakeRegistry:Jailed", async ({ event, context: { db } }) => {
  const { member, judge: judgeAddress, jailedUntil: until } = event.args;
  const [origin, jailedUntil] = [originOf(event), Number(until)];
  await seeJudged(db, member, origin.timestamp);
  await changeMember(db, member, () => ({ jailedUntil }));
  const row = { memberAddress: member, judgeAddress, jailedUntil };
  await db.insert(jailMovement).values({ ...origin, ...row, kind: "JAIL" });
});

ponder.on("StakeRegistry:Unjailed", async ({ event, context: { db } }) => {
  const { member } = event.args;
  await changeMember(db, member, () => ({ jailedUntil: null }));
  await db.insert(jailMovement).values({ ...originOf(event), memberAddress: member, kind: "UNJAIL" });
});
