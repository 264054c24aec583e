import { ponder } from "ponder:registry";
import { disputedAnswer, juryPanel, measuredDispute } from "ponder:schema";
import { enumName } from "@lloom/protocol/contract-enums";
import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { LloomError } from "@lloom/protocol/lloom-error";
import { and, eq, isNotNull } from "ponder";
import { listDispute, listEnd, listState } from "./dispute-list.ts";
import { type About, aboutOf, countLost, countOpen, deadlineOf, noteMove } from "./moves.ts";
import { originOf } from "./origin.ts";
import { rulingOf, tableName, verdictOf } from "./schema/contract-names.ts";
import type { Db } from "./totals.ts";

const kindOf = (kind: number) => tableName(enumName(measuredDisputesFacts.Kind, kind));
const stateOf = (state: number) => tableName(enumName(measuredDisputesFacts.State, state));
const outcomeOf = (outcome: number) => tableName(enumName(measuredDisputesFacts.Outcome, outcome));

/** Comes before the dispute's own event, once for each answer. */
ponder.on("MeasuredDisputes:AnswerDisputed", async ({ event, context: { db } }) => {
  const { origin, dispute } = aboutOf(event);
  const { id: _, client: clientAddress, lane: laneNumber, nonce, ...said } = event.args;
  const { inboundTokens, outboundTokens, ...rest } = said;
  const counts = { inboundTokens: BigInt(inboundTokens), outboundTokens: BigInt(outboundTokens) };
  const row = { clientAddress, laneNumber, nonce: BigInt(nonce), ...counts, ...rest };
  await db.insert(disputedAnswer).values({ ...origin, ...dispute, ...row });
});

ponder.on("MeasuredDisputes:MeasuredOpened", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const { id: _, executor: executorAddress, answers: answerCount, ...said } = event.args;
  const [kind, until] = [kindOf(said.kind), deadlineOf(said.until)];
  await db.insert(measuredDispute).values({
    ...about.origin,
    ...about.dispute,
    ...said,
    ...{ kind, until, executorAddress, answerCount },
    ...{ state: "ANSWER", round: 1, verdict: "NONE", outcome: "NONE" },
  });
  const { timestamp } = about.origin;
  await countOpen(db, { kind: "measured", executorAddress, timestamp, change: 1 });
  const atStake = said.penalty + said.restitution + (await heldFor(db, about));
  const parties = { executorAddress, challenger: said.challenger };
  await listDispute(db, about, { offence: kind, state: "ANSWER", ...parties, atStake, until });
  const { challenger: account, bond: amount, evidenceHash: hash } = said;
  await noteMove(db, about, { kind: "OPENED", account, detail: kind, amount, until, hash });
});

ponder.on("MeasuredDisputes:ExecutorAnswered", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const { executor: account, evidenceHash: hash } = event.args;
  await db.update(measuredDispute, about.dispute).set({ executorEvidenceHash: hash });
  await noteMove(db, about, { kind: "EXECUTOR_ANSWERED", account, hash });
});

ponder.on("MeasuredDisputes:ExecutorSilent", async ({ event, context: { db } }) => {
  await noteMove(db, aboutOf(event), { kind: "EXECUTOR_SILENT", account: event.args.executor });
});

ponder.on("MeasuredDisputes:MeasuredMoved", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const [state, round, until] = [stateOf(event.args.state), Number(event.args.round), deadlineOf(event.args.until)];
  await db.update(measuredDispute, about.dispute).set({ state, round, until });
  await listState(db, about, { state, until });
  await noteMove(db, about, { kind: "STATE_CHANGED", detail: state, round, until });
});

ponder.on("MeasuredDisputes:VerdictFound", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const verdict = verdictOf(event.args.verdict);
  await db.update(measuredDispute, about.dispute).set({ verdict });
  await noteMove(db, about, { kind: "VERDICT_FOUND", detail: verdict, round: Number(event.args.round) });
});

/** What a panel did not find does not hold because an earlier one had found it; one that could not be drawn undoes nothing. */
ponder.on("MeasuredDisputes:PanelFailed", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const round = Number(event.args.round);
  const [undrawn] = await db.sql
    .select({ found: juryPanel.found })
    .from(juryPanel)
    .where(and(eq(juryPanel.disputeId, event.args.id), eq(juryPanel.round, round), isNotNull(juryPanel.found)));
  if (undrawn === undefined) await db.update(measuredDispute, about.dispute).set({ verdict: "NONE" });
  await noteMove(db, about, { kind: "PANEL_FAILED", round });
});

ponder.on("MeasuredDisputes:Appealed", async ({ event, context: { db } }) => {
  const { appellant: account, round, deposit: amount } = event.args;
  await noteMove(db, aboutOf(event), { kind: "APPEALED", account, round: Number(round), amount });
});

ponder.on("MeasuredDisputes:ArbitrationAsked", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const { arbitratorId, appellant: account, cost: amount } = event.args;
  await db.update(measuredDispute, about.dispute).set({ arbitratorId });
  await noteMove(db, about, { kind: "ARBITRATION_ASKED", account, detail: `${arbitratorId}`, amount });
});

/** Comes before the verdict and the end that follow from it; the arbitrator knows disputes by its own numbers. */
ponder.on("MeasuredDisputes:Ruling", async ({ event, context: { db } }) => {
  const [judgeAddress, arbitratorId] = [event.log.address, event.args.disputeId];
  const [found] = await db.sql
    .select({ disputeId: measuredDispute.disputeId })
    .from(measuredDispute)
    .where(and(eq(measuredDispute.judgeAddress, judgeAddress), eq(measuredDispute.arbitratorId, arbitratorId)));
  if (found === undefined)
    throw new LloomError(
      "CHAIN_MISMATCH",
      `The arbitrator ruled on ${arbitratorId}, which nobody asked before the start block.`,
    );
  const about = { origin: originOf(event), dispute: { judgeAddress, disputeId: found.disputeId } };
  await noteMove(db, about, {
    kind: "RULED",
    account: event.args.arbitrator,
    detail: rulingOf(event.args.ruling),
  });
});

ponder.on("MeasuredDisputes:MeasuredClosed", async ({ event, context: { db } }) => {
  const about = aboutOf(event);
  const { executor: executorAddress, challenger, halfStrikes, settlement } = event.args;
  const outcome = outcomeOf(event.args.outcome);
  const { timestamp: closedAt, transactionHash: closedTransactionHash } = about.origin;
  const end = { state: "CLOSED", until: null, outcome, halfStrikes, closedAt, closedTransactionHash } as const;
  await db.update(measuredDispute, about.dispute).set({ ...settlement, ...end });
  await countOpen(db, { kind: "measured", executorAddress, timestamp: closedAt, change: -1 });
  if (outcome === "UPHELD" || outcome === "CONCEDED") await countLost(db, { executorAddress });
  if (outcome === "REJECTED") await countLost(db, { clientAddress: challenger, timestamp: closedAt });
  await listEnd(db, about, outcome);
  await noteMove(db, about, { kind: "CLOSED", detail: outcome });
});

/** Pay for the answers of a dispute that the escrow holds. */
async function heldFor(db: Db, { dispute: { judgeAddress, disputeId } }: About): Promise<bigint> {
  const answers = await db.sql
    .select({ held: disputedAnswer.held })
    .from(disputedAnswer)
    .where(and(eq(disputedAnswer.judgeAddress, judgeAddress), eq(disputedAnswer.disputeId, disputeId)));
  return answers.reduce((sum, { held }) => sum + held, 0n);
}
