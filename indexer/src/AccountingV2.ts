import { ponder } from "ponder:registry";
import {
  channel,
  client,
  clientMovement,
  earningsWithdrawal,
  executor,
  network,
  pairRejection,
  sessionSigner,
  settlement,
} from "ponder:schema";
import { rejectionOf } from "@lloom/protocol/rejections";
import { answeredAtIn } from "./answer-times.ts";
import { deploymentOf } from "./deployment.ts";
import { returnToDeposit } from "./escrow.ts";
import { originOf } from "./origin.ts";
import { noteReputation } from "./reputation.ts";
import { added, unlockingAfter, workOf } from "./rollups.ts";
import { tableName } from "./schema/contract-names.ts";
import { countInTransaction } from "./settlement-transactions.ts";
import { bookSettlement } from "./settlements.ts";
import { holdTail, refundTail, releaseTail } from "./tails.ts";
import { addToBuckets, addToNetwork, seeChannel, seeClient, seeExecutor } from "./totals.ts";

ponder.on("AccountingV2:setup", async ({ context }) => {
  await context.db.insert(network).values(await deploymentOf(context));
});

/* CLIENT: DEPOSIT */

ponder.on("AccountingV2:Deposited", async ({ event, context: { db } }) => {
  const { client: clientAddress, payer: counterparty, amount, balance } = event.args;
  const origin = originOf(event);
  await seeClient(db, clientAddress, origin.timestamp);
  await db.update(client, { address: clientAddress }).set((row) => ({ deposited: row.deposited + amount, balance }));
  await db.insert(clientMovement).values({ ...origin, kind: "DEPOSIT", clientAddress, counterparty, amount });
  await addToNetwork(db, { deposited: amount });
  await addToBuckets(db, origin.timestamp, { deposited: amount });
});

ponder.on("AccountingV2:Withdrawn", async ({ event, context: { db } }) => {
  const { client: clientAddress, to: counterparty, amount, balance } = event.args;
  const origin = originOf(event);
  await seeClient(db, clientAddress, origin.timestamp);
  await db.update(client, { address: clientAddress }).set((row) => ({ withdrawn: row.withdrawn + amount, balance }));
  await db.insert(clientMovement).values({ ...origin, kind: "WITHDRAW", clientAddress, counterparty, amount });
  await addToNetwork(db, { clientWithdrawn: amount });
  await addToBuckets(db, origin.timestamp, { clientWithdrawn: amount });
});

/* CLIENT: CHANNELS */

ponder.on("AccountingV2:Allocated", async ({ event, context: { db } }) => {
  const { client: clientAddress, executor: executorAddress, amount, channelBalance, balance } = event.args;
  const [origin, pair] = [originOf(event), { clientAddress, executorAddress }];
  await seeClient(db, clientAddress, origin.timestamp);
  await seeChannel(db, pair);
  await db.update(channel, pair).set({ balance: channelBalance });
  await db.update(client, { address: clientAddress }).set((row) => ({ ...added(row, { allocated: amount }), balance }));
  await db.insert(clientMovement).values({ ...origin, ...pair, kind: "ALLOCATE", amount });
  await addToNetwork(db, { allocated: amount });
  await noteReputation(db, event.block, { name: "Allocated", args: event.args });
});

ponder.on("AccountingV2:UnlockRequested", async ({ event, context: { db } }) => {
  const { client: clientAddress, executor: executorAddress, amount, unlocking, unlockAt } = event.args;
  const pair = { clientAddress, executorAddress };
  await seeChannel(db, pair);
  await db.update(channel, pair).set({ unlocking, unlockAt: Number(unlockAt) });
  await db.insert(clientMovement).values({ ...originOf(event), ...pair, kind: "UNLOCK_REQUEST", amount });
});

ponder.on("AccountingV2:UnlockCancelled", async ({ event, context: { db } }) => {
  const { client: clientAddress, executor: executorAddress, amount } = event.args;
  const pair = { clientAddress, executorAddress };
  await seeChannel(db, pair);
  await db.update(channel, pair).set({ unlocking: 0n, unlockAt: null });
  await db.insert(clientMovement).values({ ...originOf(event), ...pair, kind: "UNLOCK_CANCEL", amount });
});

ponder.on("AccountingV2:UnlockFinalized", async ({ event, context: { db } }) => {
  await returnToDeposit(db, { ...event.args, kind: "UNLOCK_FINALIZE", origin: originOf(event), unlocking: () => 0n });
  await noteReputation(db, event.block, { name: "UnlockFinalized", args: event.args });
});

ponder.on("AccountingV2:Released", async ({ event, context: { db } }) => {
  const unlocking = (before: bigint) => unlockingAfter(before, event.args.channelBalance);
  await returnToDeposit(db, { ...event.args, kind: "RELEASE", origin: originOf(event), unlocking });
  await noteReputation(db, event.block, { name: "Released", args: event.args });
});

/* CLIENT: SESSION SIGNERS */

ponder.on("AccountingV2:SignerAuthorized", async ({ event, context: { db } }) => {
  const { principal: principalAddress, signer: address } = event.args;
  const authorizedAt = Number(event.block.timestamp);
  await db.insert(sessionSigner).values({ address, principalAddress, authorizedAt });
});

ponder.on("AccountingV2:SignerRevoked", async ({ event, context: { db } }) => {
  const thawEnd = Number(event.args.thawEnd);
  await db.update(sessionSigner, { address: event.args.signer }).set({ thawEnd });
});

/* SETTLEMENT */

ponder.on("AccountingV2:LaneSettled", async ({ event, context: { db } }) => {
  const { client: clientAddress, executor: executorAddress, lane, model, nonce, ...pair } = event.args;
  const origin = originOf(event);
  const work = workOf(event.args);
  await seeClient(db, clientAddress, origin.timestamp);
  await seeExecutor(db, executorAddress, origin.timestamp);
  await bookSettlement(db, { settled: event.args, work, timestamp: origin.timestamp });
  const keys = { clientAddress, executorAddress, laneNumber: lane, modelHash: model, nonce: BigInt(nonce) };
  const { settlementCount: _, ...sums } = work;
  const submitter = event.transaction.from;
  const answeredAt = answeredAtIn(event);
  await db.insert(settlement).values({ ...origin, ...keys, ...pair, ...sums, submitter, answeredAt });
  await countInTransaction(db, event, { settlementCount: 1, requests: work.requests, paid: work.paid });
  await noteReputation(db, event.block, { name: "LaneSettled", args: event.args });
});

ponder.on("AccountingV2:PairRejected", async ({ event, context: { db } }) => {
  const { index: position, requestHash, reason } = event.args;
  const row = { position, requestHash, reason: tableName(rejectionOf(reason)), submitter: event.transaction.from };
  await db.insert(pairRejection).values({ ...originOf(event), ...row });
  await countInTransaction(db, event, { rejectionCount: 1 });
  await addToNetwork(db, { pairRejectionCount: 1 });
});

/* EXECUTOR */

ponder.on("AccountingV2:EarningsWithdrawn", async ({ event, context: { db } }) => {
  const { executor: executorAddress, to: receiver, amount, withdrawn } = event.args;
  const origin = originOf(event);
  await seeExecutor(db, executorAddress, origin.timestamp);
  await db.update(executor, { address: executorAddress }).set({ withdrawn, operator: receiver });
  await db.insert(earningsWithdrawal).values({ ...origin, executorAddress, receiver, amount });
  await addToNetwork(db, { earningsWithdrawn: amount });
  await addToBuckets(db, origin.timestamp, { earningsWithdrawn: amount });
});

/* DISPUTES */

ponder.on("AccountingV2:TailHeld", async ({ event, context: { db } }) => {
  await holdTail(db, event.args, originOf(event));
});

ponder.on("AccountingV2:TailReleased", async ({ event, context: { db } }) => {
  await releaseTail(db, event.args, originOf(event));
});

ponder.on("AccountingV2:TailRefunded", async ({ event, context: { db } }) => {
  await refundTail(db, event.args, originOf(event));
});
