import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import { amount, distinct, grouped, nameIn, origin, type Past, seconds, sum, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";
import { paidBy, timesOf, workOf } from "./sums.ts";

const MEET = ["Allocated", "UnlockRequested", "UnlockCancelled", "UnlockFinalized", "Released", "LaneSettled"] as const;

/** Channels, with what is unlocking in them. */
export const channelRows = (past: Past): TableRow[] =>
  grouped(past.of(...MEET), "client", "executor").map((events) => {
    const first = events[0] as Happened;
    const settled = events.filter(({ name }) => name === "LaneSettled");
    const balanced = events.findLast(({ args }) => args["channelBalance"] !== undefined);
    return {
      clientAddress: text(first, "client"),
      executorAddress: text(first, "executor"),
      balance: balanced === undefined ? 0n : amount(balanced, "channelBalance"),
      ...unlockOf(events),
      laneCount: distinct(settled, "lane"),
      ...workOf(settled),
      ...timesOf(settled),
    };
  });

/** Since the last request, cancelled and finished ones apart: the least that payments and releases left in the channel. */
function unlockOf(events: readonly Happened[]): { unlocking: bigint; unlockAt: number | null } {
  const from = events.findLastIndex(({ name }) => name.startsWith("Unlock"));
  const request = events[from];
  if (request?.name !== "UnlockRequested") return { unlocking: 0n, unlockAt: null };
  const left = events
    .slice(from)
    .filter(({ name }) => name === "Released" || name === "LaneSettled")
    .map((event) => amount(event, "channelBalance"));
  const unlocking = left.reduce((least, each) => (each < least ? each : least), amount(request, "unlocking"));
  return { unlocking, unlockAt: unlocking === 0n ? null : seconds(request, "unlockAt") };
}

export const laneRows = (past: Past): TableRow[] =>
  grouped(past.of("LaneSettled"), "client", "executor", "lane").map((settled) => {
    const newest = settled.at(-1) as Happened;
    return {
      clientAddress: text(newest, "client"),
      executorAddress: text(newest, "executor"),
      number: amount(newest, "lane"),
      nonce: amount(newest, "nonce"),
      cost: amount(newest, "laneCost"),
      unpaid: amount(newest, "unpaid"),
      ...workOf(settled),
      ...timesOf(settled),
    };
  });

export const modelRows = (past: Past): TableRow[] =>
  grouped(past.of("LaneSettled"), "model").map((settled) => ({
    hash: text(settled[0] as Happened, "model"),
    executorCount: distinct(settled, "executor"),
    ...workOf(settled),
    ...timesOf(settled),
  }));

export const executorModelRows = (past: Past): TableRow[] =>
  grouped(past.of("LaneSettled"), "executor", "model").map((settled) => ({
    executorAddress: text(settled[0] as Happened, "executor"),
    modelHash: text(settled[0] as Happened, "model"),
    ...workOf(settled),
    ...timesOf(settled),
  }));

export const settlementRows = (past: Past): TableRow[] =>
  past.of("LaneSettled").map((event) => {
    const { settlementCount: _, ...work } = workOf([event]);
    return {
      ...origin(event),
      clientAddress: text(event, "client"),
      executorAddress: text(event, "executor"),
      laneNumber: amount(event, "lane"),
      nonce: amount(event, "nonce"),
      requestHash: text(event, "requestHash"),
      responseHash: text(event, "responseHash"),
      modelHash: text(event, "model"),
      ...work,
      laneCost: amount(event, "laneCost"),
      unpaid: amount(event, "unpaid"),
      channelBalance: amount(event, "channelBalance"),
      submitter: past.sent(event).from,
      answeredAt: past.answeredAt(event),
    };
  });

export const transactionRows = (past: Past): TableRow[] =>
  [...Map.groupBy(past.of("LaneSettled", "PairRejected"), ({ transactionHash }) => transactionHash)].map(
    ([hash, events]) => {
      const [first, settled] = [events[0] as Happened, events.filter(({ name }) => name === "LaneSettled")];
      const { from: submitter, gasUsed, gasPrice } = past.sent(first);
      return {
        ...{ hash, submitter, gasUsed, gasPrice, block: first.block, timestamp: first.timestamp },
        settlementCount: settled.length,
        rejectionCount: events.length - settled.length,
        requests: sum(settled, "requests"),
        paid: paidBy(settled),
      };
    },
  );

export const rejectionRows = (past: Past): TableRow[] =>
  past.of("PairRejected").map((event) => ({
    ...origin(event),
    position: amount(event, "index"),
    requestHash: text(event, "requestHash"),
    reason: nameIn(accountingV2Facts.Rejection, event.args["reason"]),
    submitter: past.sent(event).from,
  }));

const MOVES: Readonly<Record<string, { readonly kind: string; readonly counterparty?: string }>> = {
  Deposited: { kind: "DEPOSIT", counterparty: "payer" },
  Withdrawn: { kind: "WITHDRAW", counterparty: "to" },
  Allocated: { kind: "ALLOCATE" },
  UnlockRequested: { kind: "UNLOCK_REQUEST" },
  UnlockCancelled: { kind: "UNLOCK_CANCEL" },
  UnlockFinalized: { kind: "UNLOCK_FINALIZE" },
  Released: { kind: "RELEASE" },
  TailRefunded: { kind: "REFUND" },
};

export const clientMovementRows = (past: Past): TableRow[] =>
  past.of(...Object.keys(MOVES)).map((event) => {
    const { kind = "", counterparty } = MOVES[event.name] ?? {};
    return {
      ...origin(event),
      clientAddress: text(event, "client"),
      kind,
      amount: amount(event, "amount"),
      executorAddress: counterparty === undefined ? text(event, "executor") : null,
      counterparty: counterparty === undefined ? null : text(event, counterparty),
    };
  });

export const withdrawalRows = (past: Past): TableRow[] =>
  past.of("EarningsWithdrawn").map((event) => ({
    ...origin(event),
    executorAddress: text(event, "executor"),
    receiver: text(event, "to"),
    amount: amount(event, "amount"),
  }));

export const signerRows = (past: Past): TableRow[] =>
  past.of("SignerAuthorized").map((event) => {
    const revoked = past.of("SignerRevoked").find(({ args }) => args["signer"] === event.args["signer"]);
    return {
      address: text(event, "signer"),
      principalAddress: text(event, "principal"),
      authorizedAt: event.timestamp,
      thawEnd: revoked === undefined ? null : seconds(revoked, "thawEnd"),
    };
  });

/** Tails by client, executor, lane and nonce: each event says what became of it. */
export const tailRows = (past: Past): TableRow[] =>
  grouped(past.of("TailHeld", "TailReleased", "TailRefunded"), "client", "executor", "lane", "nonce").map((events) => {
    const newest = events.at(-1) as Happened;
    const isHeld = newest.name === "TailHeld";
    const refunds = events.filter(({ name }) => name === "TailRefunded");
    return {
      ...tailKey(newest),
      judgeAddress: isHeld ? text(newest, "judge") : null,
      held: isHeld ? amount(newest, "amount") : 0n,
      refunded: sum(refunds, "amount"),
    };
  });

const tailKey = (event: Happened): TableRow => ({
  clientAddress: text(event, "client"),
  executorAddress: text(event, "executor"),
  laneNumber: amount(event, "lane"),
  nonce: amount(event, "nonce"),
});

export const tailMovementRows = (past: Past): TableRow[] =>
  past.of("TailHeld", "TailReleased", "TailRefunded").map((event) => ({
    ...origin(event),
    ...tailKey(event),
    judgeAddress: text(event, "judge"),
    kind: { TailHeld: "HOLD", TailReleased: "RELEASE", TailRefunded: "REFUND" }[event.name] ?? "",
    amount: amount(event, "amount"),
    paid: event.name === "TailHeld" ? amount(event, "paid") : null,
  }));
