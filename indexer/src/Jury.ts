import { ponder } from "ponder:registry";
import { candidateMovement, juryCase, juryPanel, jurySeat, validator } from "ponder:schema";
import { enumName } from "@lloom/protocol/contract-enums";
import { juryFacts } from "@lloom/protocol/generated/facts";
import { LloomError } from "@lloom/protocol/lloom-error";
import { aboutOf, type DisputeEvent, noteMove } from "./moves.ts";
import { originOf } from "./origin.ts";
import { tableName, verdictOf } from "./schema/contract-names.ts";
import type { Db } from "./totals.ts";

const choiceOf = (choice: number) => tableName(enumName(juryFacts.Choice, choice));

/** Where the event happened, the jury's key of the case, and the dispute in whose timeline it stands: that of the court. */
async function caseOf(db: Db, event: DisputeEvent) {
  const { origin, dispute } = aboutOf(event);
  const { judgeAddress: juryAddress, disputeId } = dispute;
  const key = { juryAddress, disputeId };
  const found = await db.find(juryCase, key);
  if (found === null)
    throw new LloomError("CHAIN_MISMATCH", `Jury has a case ${disputeId} that was opened before the start block.`);
  return { key, about: { origin, dispute: { judgeAddress: found.courtAddress, disputeId } } };
}

/* CANDIDATES */

ponder.on("Jury:Enlisted", async ({ event, context: { db } }) => {
  const { validator: validatorAddress, candidates } = event.args;
  const origin = originOf(event);
  const row = { juryAddress: event.log.address, validatorAddress, candidates: Number(candidates) };
  await db.insert(candidateMovement).values({ ...origin, ...row, kind: "ENLIST" });
  await db.update(validator, { address: validatorAddress }).set({ enlistedAt: origin.timestamp });
});

ponder.on("Jury:Delisted", async ({ event, context: { db } }) => {
  const { validator: validatorAddress, candidates } = event.args;
  const row = { juryAddress: event.log.address, validatorAddress, candidates: Number(candidates) };
  await db.insert(candidateMovement).values({ ...originOf(event), ...row, kind: "DELIST" });
  await db.update(validator, { address: validatorAddress }).set({ enlistedAt: null });
});

/* CASES */

ponder.on("Jury:CaseOpened", async ({ event, context: { db } }) => {
  const { id: disputeId, court: courtAddress } = event.args;
  await db.insert(juryCase).values({ ...originOf(event), juryAddress: event.log.address, disputeId, courtAddress });
});

ponder.on("Jury:DrawRequested", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const [round, size] = [Number(event.args.round), Number(event.args.size)];
  const row = { round, size, candidates: Number(event.args.candidates), drawBlock: event.args.drawBlock };
  await db.insert(juryPanel).values({ ...about.origin, ...key, ...row });
  await noteMove(db, about, { kind: "DRAW_REQUESTED", round, detail: `${size}` });
});

ponder.on("Jury:DrawRenewed", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const round = Number(event.args.round);
  const { drawBlock } = event.args;
  await db.update(juryPanel, { ...key, round }).set({ candidates: Number(event.args.candidates), drawBlock });
  await noteMove(db, about, { kind: "DRAW_RENEWED", round });
});

ponder.on("Jury:DrawFailed", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const [round, found] = [Number(event.args.round), Number(event.args.found)];
  await db.update(juryPanel, { ...key, round }).set({ found });
  await noteMove(db, about, { kind: "DRAW_FAILED", round, detail: `${found}` });
});

ponder.on("Jury:PanelDrawn", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const round = Number(event.args.round);
  const [commitUntil, revealUntil] = [Number(event.args.commitUntil), Number(event.args.revealUntil)];
  await db.update(juryPanel, { ...key, round }).set({ seed: event.args.seed, commitUntil, revealUntil });
  await noteMove(db, about, { kind: "PANEL_DRAWN", round, until: commitUntil, hash: event.args.seed });
});

/* JURORS */

ponder.on("Jury:JurorDrawn", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const { juror: validatorAddress, isDuty } = event.args;
  const round = Number(event.args.round);
  await db.insert(jurySeat).values({ ...about.origin, ...key, validatorAddress, round, isDuty, choice: "NONE" });
  await db.update(validator, { address: validatorAddress }).set((row) => ({ seatCount: row.seatCount + 1 }));
  await noteMove(db, about, { kind: "JUROR_DRAWN", account: validatorAddress, round });
});

ponder.on("Jury:VoteCommitted", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const { juror: validatorAddress, commitment } = event.args;
  const round = Number(event.args.round);
  const { timestamp: committedAt } = about.origin;
  await db.update(jurySeat, { ...key, validatorAddress }).set({ commitment, committedAt });
  await db.update(juryPanel, { ...key, round }).set((row) => ({ committed: row.committed + 1 }));
  await noteMove(db, about, { kind: "VOTE_COMMITTED", account: validatorAddress, round, hash: commitment });
});

ponder.on("Jury:VoteRevealed", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const { juror: validatorAddress, salt } = event.args;
  const [round, choice] = [Number(event.args.round), choiceOf(event.args.choice)];
  const { timestamp: revealedAt } = about.origin;
  await db.update(jurySeat, { ...key, validatorAddress }).set({ choice, salt, revealedAt });
  await db.update(juryPanel, { ...key, round }).set((row) => ({ revealed: row.revealed + 1 }));
  await db.update(validator, { address: validatorAddress }).set((row) => ({ voteCount: row.voteCount + 1 }));
  await noteMove(db, about, { kind: "VOTE_REVEALED", account: validatorAddress, round, detail: choice });
});

ponder.on("Jury:JurorFined", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const { juror: validatorAddress, taken } = event.args;
  await db.update(jurySeat, { ...key, validatorAddress }).set((row) => ({ fined: row.fined + taken }));
  await db.update(validator, { address: validatorAddress }).set((row) => ({ fineCount: row.fineCount + 1 }));
  const round = Number(event.args.round);
  await noteMove(db, about, { kind: "JUROR_FINED", account: validatorAddress, round, amount: taken });
});

ponder.on("Jury:CaseClosed", async ({ event, context: { db } }) => {
  const { key, about } = await caseOf(db, event);
  const { paid, fines } = event.args;
  const truth = verdictOf(event.args.truth);
  const { timestamp: closedAt } = about.origin;
  await db.update(juryCase, key).set({ truth, paidCount: Number(paid), fines, closedAt });
  await noteMove(db, about, { kind: "CASE_CLOSED", detail: truth, amount: fines });
});
