import { deliveryDisputesFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { amount, deadline, nameIn, origin, type Past, part, seconds, sum, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";

/** Later than all times: where open disputes without a deadline stand. */
const FAR = 10_000_000_000n;
/** Juries know measured disputes by their own verdicts. */
export const VERDICTS = ["NONE", "MISMATCH", "MATCH"] as const;

const deliveryState = (event: Happened) => nameIn(deliveryDisputesFacts.State, event.args["state"]);
const outcome = (event: Happened) => nameIn(measuredDisputesFacts.Outcome, event.args["outcome"]);
export const measuredKind = (event: Happened) => nameIn(measuredDisputesFacts.Kind, event.args["kind"]);
const measuredState = (event: Happened) => nameIn(measuredDisputesFacts.State, event.args["state"]);
export const verdict = (event: Happened, argument: string) => VERDICTS[seconds(event, argument)] ?? "UNKNOWN";

/** Events of the same dispute at the same contract. */
export const ofDispute = (past: Past, opened: Happened, ...names: readonly string[]): readonly Happened[] =>
  past.of(...names).filter((one) => one.address === opened.address && one.args["id"] === opened.args["id"]);

const keyOf = (event: Happened): TableRow => ({ judgeAddress: event.address, disputeId: text(event, "id") });

const MONEY = ["released", "refunded", "repaid", "slashed"] as const;

export const deliveryRows = (past: Past): TableRow[] =>
  past.of("DeliveryOpened").map((event) => {
    const [closed] = ofDispute(past, event, "DeliveryClosed");
    const revealed = ofDispute(past, event, "AnswerRevealed");
    const last = revealed.at(-1);
    return {
      ...origin(event),
      ...keyOf(event),
      clientAddress: text(event, "client"),
      executorAddress: text(event, "executor"),
      requestHash: text(event, "requestHash"),
      deliveryHash: text(event, "deliveryHash"),
      laneNumber: amount(event, "lane"),
      nonce: amount(event, "nonce"),
      opener: text(event, "opener"),
      state: closed === undefined ? "OPEN" : deliveryState(closed),
      revealBy: seconds(event, "revealBy"),
      paid: amount(event, "paid"),
      held: amount(event, "held"),
      penalty: amount(event, "penalty"),
      bond: amount(event, "bond"),
      revealedBytes: revealed.reduce((bytes, one) => bytes + (text(one, "data").length - 2) / 2, 0),
      chunkCount: last === undefined ? null : amount(last, "chunkCount"),
      ...Object.fromEntries(MONEY.map((name) => [name, closed === undefined ? 0n : amount(closed, name)])),
      closedBy: closed === undefined ? null : text(closed, "by"),
      closedAt: closed?.timestamp ?? null,
      closedTransactionHash: closed?.transactionHash ?? null,
    };
  });

/** Wei that judges owe, by judge and account. */
export function bondRows(past: Past): TableRow[] {
  const bonds = past.of("BondCredited", "BondsWithdrawn");
  const accounts = Map.groupBy(bonds, (event) => `${event.address} ${text(event, "account")}`);
  return [...accounts.values()].map((events) => ({
    judgeAddress: events[0]?.address ?? null,
    address: text(events[0] as Happened, "account"),
    credited: sum(
      events.filter(({ name }) => name === "BondCredited"),
      "amount",
    ),
    withdrawn: sum(
      events.filter(({ name }) => name === "BondsWithdrawn"),
      "amount",
    ),
  }));
}

const SETTLED: Readonly<Record<string, string>> = {
  refunded: "refunded",
  released: "released",
  slashRestituted: "slashRestituted",
  slashReporter: "slashReporter",
  slashJury: "slashJury",
  slashTreasury: "slashTreasury",
  returned: "returned",
  fees: "fees",
  compensation: "compensation",
  treasury: "treasury",
};

export const measuredRows = (past: Past): TableRow[] =>
  past.of("MeasuredOpened").map((event) => {
    const [closed] = ofDispute(past, event, "MeasuredClosed");
    const moved = ofDispute(past, event, "MeasuredMoved").at(-1);
    const [answered] = ofDispute(past, event, "ExecutorAnswered");
    const [asked] = ofDispute(past, event, "ArbitrationAsked");
    const now = moved ?? event;
    return {
      ...origin(event),
      ...keyOf(event),
      kind: measuredKind(event),
      executorAddress: text(event, "executor"),
      challenger: text(event, "challenger"),
      payer: text(event, "payer"),
      state: closed !== undefined ? "CLOSED" : moved === undefined ? "ANSWER" : measuredState(moved),
      until: closed !== undefined ? null : deadline(now, "until"),
      round: moved === undefined ? 1 : seconds(moved, "round"),
      answerCount: amount(event, "answers"),
      evidenceHash: text(event, "evidenceHash"),
      executorEvidenceHash: answered === undefined ? null : text(answered, "evidenceHash"),
      bond: amount(event, "bond"),
      penalty: amount(event, "penalty"),
      restitution: amount(event, "restitution"),
      verdict: verdictOf(past, event),
      outcome: closed === undefined ? "NONE" : outcome(closed),
      arbitratorId: asked === undefined ? null : amount(asked, "arbitratorId"),
      halfStrikes: closed === undefined ? null : amount(closed, "halfStrikes"),
      ...Object.fromEntries(
        Object.entries(SETTLED).map(([column, name]) => [
          column,
          closed === undefined ? 0n : part(closed, "settlement", name),
        ]),
      ),
      closedAt: closed?.timestamp ?? null,
      closedTransactionHash: closed?.transactionHash ?? null,
    };
  });

/** The last one that was found, unless a panel that sat found none afterwards: one that could not be drawn undoes nothing. */
function verdictOf(past: Past, opened: Happened): string {
  const said = ofDispute(past, opened, "VerdictFound", "PanelFailed").filter(
    (event) =>
      event.name === "VerdictFound" ||
      !past
        .of("DrawFailed")
        .some((draw) => draw.args["id"] === event.args["id"] && draw.args["round"] === event.args["round"]),
  );
  const last = said.at(-1);
  return last?.name === "VerdictFound" ? verdict(last, "verdict") : "NONE";
}

export const disputedAnswerRows = (past: Past): TableRow[] =>
  past.of("AnswerDisputed").map((event) => ({
    ...origin(event),
    ...keyOf(event),
    requestHash: text(event, "requestHash"),
    responseHash: text(event, "responseHash"),
    clientAddress: text(event, "client"),
    laneNumber: amount(event, "lane"),
    ...Object.fromEntries(
      ["nonce", "inboundTokens", "outboundTokens", "overcharge", "paid", "tail", "held"].map((name) => [
        name,
        amount(event, name),
      ]),
    ),
  }));

/** Every dispute: complaints that are open or over, and faults, which are proven at once. */
export function disputeRows(past: Past): TableRow[] {
  const row = (event: Happened, said: TableRow & { until: number | null; closedAt: number | null }): TableRow => ({
    ...origin(event),
    ...keyOf(event),
    executorAddress: text(event, "executor"),
    ...said,
    place: said.closedAt !== null ? BigInt(said.closedAt) : said.until === null ? FAR : 2n * FAR - BigInt(said.until),
  });
  const deliveries = deliveryRows(past).map((known, index) => {
    const event = past.of("DeliveryOpened")[index] as Happened;
    const closedAt = known["closedAt"] as number | null;
    const until = closedAt === null ? seconds(event, "revealBy") : null;
    const atStake = amount(event, "paid") + amount(event, "penalty");
    const said = { offence: "UNDELIVERED", state: known["state"] ?? null, challenger: text(event, "client"), atStake };
    return row(event, { ...said, until, closedAt });
  });
  const measured = measuredRows(past).map((known, index) => {
    const event = past.of("MeasuredOpened")[index] as Happened;
    const closedAt = known["closedAt"] as number | null;
    const held = sum(ofDispute(past, event, "AnswerDisputed"), "held");
    const atStake = amount(event, "penalty") + amount(event, "restitution") + held;
    const state = (closedAt === null ? known["state"] : known["outcome"]) ?? null;
    const said = { offence: measuredKind(event), state, challenger: text(event, "challenger"), atStake };
    return row(event, { ...said, until: known["until"] as number | null, closedAt });
  });
  const faults = past.of("EquivocationProven", "OfferEquivocationProven").map((event) => {
    const isAnswer = event.name === "EquivocationProven";
    const offence = isAnswer ? "EQUIVOCATION" : "OFFER_EQUIVOCATION";
    const atStake = amount(event, "slashed") + (isAnswer ? amount(event, "refunded") : 0n);
    const said = { offence, state: "PROVEN", challenger: text(event, "reporter"), atStake };
    return row(event, { ...said, until: null, closedAt: event.timestamp });
  });
  return [...deliveries, ...measured, ...faults];
}

export const faultRows = (past: Past): TableRow[] =>
  past.of("EquivocationProven", "OfferEquivocationProven").map((event) => {
    const isAnswer = event.name === "EquivocationProven";
    return {
      ...origin(event),
      ...keyOf(event),
      offence: isAnswer ? "EQUIVOCATION" : "OFFER_EQUIVOCATION",
      executorAddress: text(event, "executor"),
      reporter: text(event, "reporter"),
      clientAddress: isAnswer ? text(event, "client") : null,
      requestHash: isAnswer ? text(event, "requestHash") : null,
      offerId: isAnswer ? null : amount(event, "offerId"),
      refunded: isAnswer ? amount(event, "refunded") : 0n,
      slashed: amount(event, "slashed"),
    };
  });

export const shareRows = (past: Past): TableRow[] =>
  past.of("ReportPending").map((event) => {
    const [paid] = ofDispute(past, event, "ReportPaid");
    return {
      ...origin(event),
      ...keyOf(event),
      reporter: text(event, "reporter"),
      amount: amount(event, "amount"),
      payableAt: seconds(event, "payableAt"),
      paidTo: paid === undefined ? null : text(paid, "reporter"),
      paidAt: paid?.timestamp ?? null,
      paidTransactionHash: paid?.transactionHash ?? null,
    };
  });

export const commitmentRows = (past: Past): TableRow[] =>
  past.of("ReportCommitted").map((event) => ({
    ...origin(event),
    judgeAddress: event.address,
    commitment: text(event, "commitment"),
    sender: text(event, "sender"),
  }));
