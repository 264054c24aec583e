import { deliveryDisputesFacts, deliveryTreeFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { measuredKind, VERDICTS, verdict } from "./dispute-rows.ts";
import { choice } from "./jury-rows.ts";
import { amount, deadline, nameIn, origin, type Past, seconds, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";

const NOTHING = { account: null, detail: null, round: null, amount: null, until: null, hash: null } as const;

type Move = Partial<Record<keyof typeof NOTHING, string | number | bigint | null>> & { readonly kind: string };

const round = (event: Happened) => seconds(event, "round");
const juror = (event: Happened) => ({ account: text(event, "juror"), round: round(event) });

/** The numbers of the pieces that a call revealed. */
function pieces(event: Happened): string {
  const bytes = (text(event, "data").length - 2) / 2;
  const [first, count] = [amount(event, "index"), Math.ceil(bytes / Number(deliveryTreeFacts.CHUNK_BYTES))];
  return count === 1 ? String(first) : `${first} to ${first + BigInt(Math.max(count, 1)) - 1n}`;
}

const DELIVERY: Readonly<Record<string, (event: Happened, past: Past) => Move>> = {
  DeliveryOpened: (event) => ({
    kind: "OPENED",
    account: text(event, "opener"),
    amount: amount(event, "bond"),
    until: seconds(event, "revealBy"),
  }),
  AnswerRevealed: (event, past) => ({ kind: "ANSWER_REVEALED", account: past.sent(event).from, detail: pieces(event) }),
  BondCredited: (event) => ({
    kind: "BOND_CREDITED",
    account: text(event, "account"),
    amount: amount(event, "amount"),
  }),
  DeliveryClosed: (event) => ({
    kind: "CLOSED",
    account: text(event, "by"),
    detail: nameIn(deliveryDisputesFacts.State, event.args["state"]),
  }),
};

const MEASURED: Readonly<Record<string, (event: Happened) => Move>> = {
  MeasuredOpened: (event) => ({
    kind: "OPENED",
    account: text(event, "challenger"),
    detail: measuredKind(event),
    amount: amount(event, "bond"),
    until: deadline(event, "until"),
    hash: text(event, "evidenceHash"),
  }),
  ExecutorAnswered: (event) => ({
    kind: "EXECUTOR_ANSWERED",
    account: text(event, "executor"),
    hash: text(event, "evidenceHash"),
  }),
  ExecutorSilent: (event) => ({ kind: "EXECUTOR_SILENT", account: text(event, "executor") }),
  MeasuredMoved: (event) => ({
    kind: "STATE_CHANGED",
    detail: nameIn(measuredDisputesFacts.State, event.args["state"]),
    round: round(event),
    until: deadline(event, "until"),
  }),
  VerdictFound: (event) => ({ kind: "VERDICT_FOUND", detail: verdict(event, "verdict"), round: round(event) }),
  PanelFailed: (event) => ({ kind: "PANEL_FAILED", round: round(event) }),
  Appealed: (event) => ({
    kind: "APPEALED",
    account: text(event, "appellant"),
    round: round(event),
    amount: amount(event, "deposit"),
  }),
  ArbitrationAsked: (event) => ({
    kind: "ARBITRATION_ASKED",
    account: text(event, "appellant"),
    detail: text(event, "arbitratorId"),
    amount: amount(event, "cost"),
  }),
  MeasuredClosed: (event) => ({
    kind: "CLOSED",
    detail: nameIn(measuredDisputesFacts.Outcome, event.args["outcome"]),
  }),
};

const JURY: Readonly<Record<string, (event: Happened) => Move>> = {
  DrawRequested: (event) => ({ kind: "DRAW_REQUESTED", round: round(event), detail: text(event, "size") }),
  DrawRenewed: (event) => ({ kind: "DRAW_RENEWED", round: round(event) }),
  DrawFailed: (event) => ({ kind: "DRAW_FAILED", round: round(event), detail: text(event, "found") }),
  PanelDrawn: (event) => ({
    kind: "PANEL_DRAWN",
    round: round(event),
    until: seconds(event, "commitUntil"),
    hash: text(event, "seed"),
  }),
  JurorDrawn: (event) => ({ kind: "JUROR_DRAWN", ...juror(event) }),
  VoteCommitted: (event) => ({ kind: "VOTE_COMMITTED", ...juror(event), hash: text(event, "commitment") }),
  VoteRevealed: (event) => ({ kind: "VOTE_REVEALED", ...juror(event), detail: choice(event) }),
  JurorFined: (event) => ({ kind: "JUROR_FINED", ...juror(event), amount: amount(event, "taken") }),
  CaseClosed: (event) => ({ kind: "CASE_CLOSED", detail: verdict(event, "truth"), amount: amount(event, "fines") }),
};

/** The timelines of delivery and measured disputes. */
export function moveRows(past: Past): TableRow[] {
  const row = (event: Happened, key: TableRow, move: Move): TableRow => ({
    ...origin(event),
    ...key,
    ...NOTHING,
    ...move,
  });
  const own = [...Object.entries(DELIVERY), ...Object.entries(MEASURED)].flatMap(([name, move]) =>
    past
      .of(name)
      .map((event) => row(event, { judgeAddress: event.address, disputeId: text(event, "id") }, move(event, past))),
  );
  const courts = new Map(past.of("CaseOpened").map((event) => [text(event, "id"), text(event, "court")]));
  const jury = Object.entries(JURY).flatMap(([name, move]) =>
    past.of(name).map((event) => {
      const disputeId = text(event, "id");
      return row(event, { judgeAddress: courts.get(disputeId) ?? null, disputeId }, move(event));
    }),
  );
  return [...own, ...jury, ...past.of("Ruling").map((event) => row(event, ruledOf(past, event), rulingOf(event)))];
}

/** The arbitrator knows disputes by numbers of its own. */
function ruledOf(past: Past, ruling: Happened): TableRow {
  const asked = past
    .of("ArbitrationAsked")
    .find((event) => event.address === ruling.address && event.args["arbitratorId"] === ruling.args["disputeId"]);
  return { judgeAddress: ruling.address, disputeId: asked === undefined ? null : text(asked, "id") };
}

const rulingOf = (event: Happened): Move => ({
  kind: "RULED",
  account: text(event, "arbitrator"),
  detail: VERDICTS[seconds(event, "ruling")] ?? "UNKNOWN",
});
