import { ponder } from "ponder:registry";
import { executor, stakeMovement, validator } from "ponder:schema";
import { moveStake, roleOf, takeRecord } from "./membership.ts";
import { originOf } from "./origin.ts";
import { metadataText, peerIdText } from "./registration.ts";
import { noteReputation } from "./reputation.ts";
import { addToBuckets, addToNetwork, seeExecutor } from "./totals.ts";

ponder.on("StakeRegistry:Registered", async ({ event, context: { db } }) => {
  const { member: address, role: registeredRole, peerId, metadataURI } = event.args;
  const [origin, role] = [originOf(event), roleOf(registeredRole)];
  const said = { peerId: peerIdText(peerId), metadataURI: metadataText(metadataURI), registeredAt: origin.timestamp };
  if (role === "VALIDATOR") {
    await db.insert(validator).values({ address, ...said, ...(await takeRecord(db, address)) });
    await addToNetwork(db, { validatorCount: 1 });
  } else {
    await seeExecutor(db, address, origin.timestamp);
    await db.update(executor, { address }).set(said);
  }
  const nothing = { amount: 0n, stake: 0n };
  await db.insert(stakeMovement).values({ ...origin, ...nothing, memberAddress: address, role, kind: "REGISTER" });
  await noteReputation(db, event.block, { name: "Registered", args: event.args });
});

ponder.on("StakeRegistry:MetadataUpdated", async ({ event, context: { db } }) => {
  const { member: address, peerId, metadataURI } = event.args;
  const said = { peerId: peerIdText(peerId), metadataURI: metadataText(metadataURI) };
  const isValidator = (await db.find(validator, { address })) !== null;
  if (isValidator) await db.update(validator, { address }).set(said);
  else await db.update(executor, { address }).set(said);
});

ponder.on("StakeRegistry:Staked", async ({ event, context: { db } }) => {
  const { totalStake: stake, ...args } = event.args;
  await moveStake(db, { ...args, kind: "STAKE", origin: originOf(event), change: () => ({ stake }) });
  await addToBuckets(db, Number(event.block.timestamp), { staked: args.amount });
  await noteReputation(db, event.block, { name: "Staked", args: event.args });
});

ponder.on("StakeRegistry:UnbondRequested", async ({ event, context: { db } }) => {
  const { totalStake: stake, unbonding, unbondAt, ...args } = event.args;
  const change = () => ({ stake, unbonding, unbondAt: Number(unbondAt) });
  await moveStake(db, { ...args, kind: "UNBOND_REQUEST", origin: originOf(event), change });
  await addToBuckets(db, Number(event.block.timestamp), { unbonded: args.amount });
  await noteReputation(db, event.block, { name: "UnbondRequested", args: event.args });
});

ponder.on("StakeRegistry:UnbondCancelled", async ({ event, context: { db } }) => {
  const { totalStake: stake, ...args } = event.args;
  const change = () => ({ stake, unbonding: 0n, unbondAt: null });
  await moveStake(db, { ...args, kind: "UNBOND_CANCEL", origin: originOf(event), change });
  await noteReputation(db, event.block, { name: "UnbondCancelled", args: event.args });
});

ponder.on("StakeRegistry:StakeWithdrawn", async ({ event, context: { db } }) => {
  const { totalStake: stake, unbonding, amount, member } = event.args;
  const change = (before: { stakeWithdrawn: bigint }) => ({
    stake,
    unbonding,
    // What is frozen stays behind, with the time at which it could have gone.
    ...(unbonding === 0n ? { unbondAt: null } : {}),
    stakeWithdrawn: before.stakeWithdrawn + amount,
  });
  await moveStake(db, { member, amount, kind: "WITHDRAW", origin: originOf(event), change });
  await noteReputation(db, event.block, { name: "StakeWithdrawn", args: event.args });
});
