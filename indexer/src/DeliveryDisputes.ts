import { ponder } from "ponder:registry";
import { bondAccount, deliveryDispute, executor } from "ponder:schema";
import { enumName } from "@lloom/protocol/contract-enums";
import { deliveryDisputesFacts, deliveryTreeFacts } from "@lloom/protocol/generated/facts";
import type { Hex } from "viem";
import { listDispute, listEnd } from "./dispute-list.ts";
import { aboutOf, countLost, countOpen, noteMove } from "./moves.ts";
import { tableName } from "./schema/contract-names.ts";
import type { Db } from "./totals.ts";

/** `IDeliveryDisputes.State` as the tables have it. */
const stateOf = (state: number) => tableName(enumName(deliveryDisputesFacts.State, state));

ponder.on("DeliveryDisputes:DeliveryOpened", async ({ event, context: { db } }) => {
  const { id: _, client: clientAddress, executor: executorAddress, lane, nonce, ...said } = event.args;
  const about = aboutOf(event);
  const { origin, dispute } = about;
  const revealBy = Number(said.revealBy);
  await db.insert(deliveryDispute).values({
    ...origin,
    ...dispute,
    ...said,
    clientAddress,
    executorAddress,
    laneNumber: lane,
    nonce: BigInt(nonce),
    revealBy,
    state: "OPEN",
  });
  await countOpen(db, { kind: "delivery", executorAddress, timestamp: origin.timestamp, change: 1 });
  const atStake = said.paid + said.penalty;
  const parties = { executorAddress, challenger: clientAddress };
  await listDispute(db, about, { offence: "UNDELIVERED", state: "OPEN", ...parties, atStake, until: revealBy });
  const move = { kind: "OPENED", account: said.opener, amount: said.bond, until: revealBy } as const;
  await noteMove(db, about, move);
});

ponder.on("DeliveryDisputes:AnswerRevealed", async ({ event, context: { db } }) => {
  const { index, chunkCount, data } = event.args;
  const { origin, dispute } = aboutOf(event);
  const bytes = (data.length - "0x".length) / 2;
  await db.update(deliveryDispute, dispute).set((row) => ({ revealedBytes: row.revealedBytes + bytes, chunkCount }));
  const chunks = Math.ceil(bytes / Number(deliveryTreeFacts.CHUNK_BYTES));
  const detail = chunks === 1 ? `${index}` : `${index} to ${index + BigInt(Math.max(chunks, 1) - 1)}`;
  await noteMove(db, { origin, dispute }, { kind: "ANSWER_REVEALED", account: event.transaction.from, detail });
});

ponder.on("DeliveryDisputes:DeliveryClosed", async ({ event, context: { db } }) => {
  const { id: _, client: clientAddress, executor: executorAddress, by, ...end } = event.args;
  const { origin, dispute } = aboutOf(event);
  const { state: number, ...money } = end;
  const state = stateOf(number);
  const { timestamp: closedAt, transactionHash: closedTransactionHash } = origin;
  await db.update(deliveryDispute, dispute).set({ ...money, state, closedBy: by, closedAt, closedTransactionHash });
  await countOpen(db, { kind: "delivery", executorAddress, timestamp: closedAt, change: -1 });
  if (state === "DELIVERED") await countReveal(db, executorAddress);
  if (state === "CONCEDED" || state === "DEFAULTED") await countLost(db, { executorAddress });
  if (state === "REJECTED") await countLost(db, { clientAddress, timestamp: closedAt });
  await listEnd(db, { origin, dispute }, state);
  await noteMove(db, { origin, dispute }, { kind: "CLOSED", account: by, detail: state });
});

ponder.on("DeliveryDisputes:BondCredited", async ({ event, context: { db } }) => {
  const { account: address, amount } = event.args;
  await db
    .insert(bondAccount)
    .values({ judgeAddress: event.log.address, address, credited: amount })
    .onConflictDoUpdate((row) => ({ credited: row.credited + amount }));
  await noteMove(db, aboutOf(event), { kind: "BOND_CREDITED", account: address, amount });
});

ponder.on("DeliveryDisputes:BondsWithdrawn", async ({ event, context: { db } }) => {
  const { account: address, amount } = event.args;
  await db
    .update(bondAccount, { judgeAddress: event.log.address, address })
    .set((row) => ({ withdrawn: row.withdrawn + amount }));
});

async function countReveal(db: Db, address: Hex): Promise<void> {
  await db.update(executor, { address }).set((row) => ({ forcedReveals: row.forcedReveals + 1 }));
}
