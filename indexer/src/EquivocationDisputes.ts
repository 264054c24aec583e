import { ponder } from "ponder:registry";
import { faultProof, reportCommitment, reportShare } from "ponder:schema";
import { listFault } from "./dispute-list.ts";
import { aboutOf, countLost } from "./moves.ts";
import { originOf } from "./origin.ts";
import { addToBuckets, addToNetwork, type Db } from "./totals.ts";

/*
 * The judge of a fault is the contract that says so. Slash, jail and refund have events of their own, which come before.
 */

ponder.on("EquivocationDisputes:ReportCommitted", async ({ event, context: { db } }) => {
  const judgeAddress = event.log.address;
  await db.insert(reportCommitment).values({ ...originOf(event), judgeAddress, ...event.args });
});

ponder.on("EquivocationDisputes:EquivocationProven", async ({ event, context: { db } }) => {
  const { id: disputeId, executor: executorAddress, client: clientAddress, ...proof } = event.args;
  const key = { judgeAddress: event.log.address, disputeId };
  const row = { ...originOf(event), ...key, executorAddress, clientAddress, ...proof };
  await db.insert(faultProof).values({ ...row, offence: "EQUIVOCATION" });
  const { reporter: challenger, slashed, refunded } = proof;
  const fault = { executorAddress, challenger, atStake: slashed + refunded };
  await listFault(db, aboutOf(event), { offence: "EQUIVOCATION", ...fault });
  await countFault(db, row.timestamp);
  await countLost(db, { executorAddress });
});

/** No dispute about an answer: the escrow counts none. */
ponder.on("EquivocationDisputes:OfferEquivocationProven", async ({ event, context: { db } }) => {
  const { id: disputeId, executor: executorAddress, ...proof } = event.args;
  const key = { judgeAddress: event.log.address, disputeId };
  const row = { ...originOf(event), ...key, executorAddress, ...proof, refunded: 0n };
  await db.insert(faultProof).values({ ...row, offence: "OFFER_EQUIVOCATION" });
  const fault = { executorAddress, challenger: proof.reporter, atStake: proof.slashed };
  await listFault(db, aboutOf(event), { offence: "OFFER_EQUIVOCATION", ...fault });
  await countFault(db, row.timestamp);
});

ponder.on("EquivocationDisputes:ReportPending", async ({ event, context: { db } }) => {
  const { id: disputeId, payableAt, ...share } = event.args;
  const key = { judgeAddress: event.log.address, disputeId };
  await db.insert(reportShare).values({ ...originOf(event), ...key, ...share, payableAt: Number(payableAt) });
});

ponder.on("EquivocationDisputes:ReportPaid", async ({ event, context: { db } }) => {
  const { id: disputeId, reporter: paidTo } = event.args;
  const { timestamp: paidAt, transactionHash: paidTransactionHash } = originOf(event);
  await db
    .update(reportShare, { judgeAddress: event.log.address, disputeId })
    .set({ paidTo, paidAt, paidTransactionHash });
});

async function countFault(db: Db, timestamp: number): Promise<void> {
  await addToNetwork(db, { faultProofCount: 1 });
  await addToBuckets(db, timestamp, { faultProofCount: 1 });
}
