import { ponder } from "ponder:registry";
import { audit, auditChainMovement, auditEpoch, auditReport, executor, validator } from "ponder:schema";
import { originOf } from "./origin.ts";
import { noteReputation } from "./reputation.ts";
import { AUDIT_COUNTS, added } from "./rollups.ts";
import { outcomeOf } from "./schema/contract-names.ts";
import { addToBuckets, addToExecutorDay, addToNetwork } from "./totals.ts";

ponder.on("Audits:ChainRegistered", async ({ event, context: { db } }) => {
  const { validator: validatorAddress, tip, ...epochs } = event.args;
  const [firstEpoch, lastEpoch] = [Number(epochs.firstEpoch), Number(epochs.lastEpoch)];
  const row = { ...originOf(event), validatorAddress, tip, firstEpoch, lastEpoch };
  await db.insert(auditChainMovement).values({ ...row, kind: "REGISTER" });
});

ponder.on("Audits:ChainDropped", async ({ event, context: { db } }) => {
  const { validator: validatorAddress, caller } = event.args;
  await db.insert(auditChainMovement).values({ ...originOf(event), validatorAddress, caller, kind: "DROP" });
});

ponder.on("Audits:SeedFixed", async ({ event, context: { db } }) => {
  const { epoch, seed, epochStart, blockNumber: seedBlock, prevRandao } = event.args;
  const { id: _, ...origin } = originOf(event);
  const row = { epoch: Number(epoch), startsAt: Number(epochStart), seed, seedBlock, prevRandao };
  await db.insert(auditEpoch).values({ ...origin, ...row });
});

ponder.on("Audits:PreimageRevealed", async ({ event, context: { db } }) => {
  const { validator: validatorAddress, preimage } = event.args;
  const epoch = Number(event.args.epoch);
  await db.insert(auditReport).values({ ...originOf(event), validatorAddress, epoch, preimage });
  await db.update(auditEpoch, { epoch }).set((row) => ({ reportCount: row.reportCount + 1 }));
  await db
    .update(validator, { address: validatorAddress })
    .set((row) => ({ auditReportCount: row.auditReportCount + 1 }));
  await addToNetwork(db, { auditReportCount: 1 });
});

ponder.on("Audits:ExecutorAudited", async ({ event, context: { db } }) => {
  const { validator: validatorAddress, executor: executorAddress, model: modelHash, ...found } = event.args;
  const [origin, epoch, outcome] = [originOf(event), Number(found.epoch), outcomeOf(found.outcome)];
  const { epochStart, ...findings } = { ...found, epoch, outcome };
  const key = { validatorAddress, executorAddress, modelHash, epochStartsAt: Number(epochStart) };
  await db.insert(audit).values({ ...origin, ...key, ...findings });
  const counts = AUDIT_COUNTS[outcome];
  const { timestamp } = origin;
  await db.update(auditReport, { validatorAddress, epoch }).set((row) => added(row, counts));
  await db.update(auditEpoch, { epoch }).set((row) => added(row, counts));
  await db.update(validator, { address: validatorAddress }).set((row) => added(row, counts));
  await db
    .update(executor, { address: executorAddress })
    .set((row) => ({ ...added(row, counts), lastAuditedAt: timestamp }));
  await addToNetwork(db, counts);
  await addToBuckets(db, timestamp, counts);
  await addToExecutorDay(db, { executorAddress, timestamp }, counts);
  await noteReputation(db, event.block, { name: "ExecutorAudited", args: event.args });
});
