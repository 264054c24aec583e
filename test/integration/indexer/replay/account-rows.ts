import { deliveryDisputesFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { tailRows } from "./escrow-rows.ts";
import { isValidator, memberColumns } from "./member-rows.ts";
import { about, amount, distinct, nameIn, type Past, sum, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";
import { auditsOf, paidBy, timesOf, workOf } from "./sums.ts";

const MILLION = 1_000_000n;
const CLIENT_SEEN = ["Deposited", "Withdrawn", "Allocated", "UnlockFinalized", "Released", "LaneSettled"] as const;
const endedAs = (past: Past, name: string, facts: readonly string[], ...ends: readonly string[]): readonly Happened[] =>
  past
    .of(name)
    .filter(({ args }) => ends.includes(nameIn(facts, args[name === "DeliveryClosed" ? "state" : "outcome"])));
const deliveriesEnded = (past: Past, ...ends: readonly string[]) =>
  endedAs(past, "DeliveryClosed", deliveryDisputesFacts.State, ...ends);
const complaintsEnded = (past: Past, ...ends: readonly string[]) =>
  endedAs(past, "MeasuredClosed", measuredDisputesFacts.Outcome, ...ends);

/** When each account was first seen, by the argument that names it. */
function firstSeen(events: readonly (readonly [string, Happened])[]): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  for (const [account, { timestamp }] of events)
    if (!(seen.get(account) !== undefined && (seen.get(account) ?? 0) <= timestamp)) seen.set(account, timestamp);
  return seen;
}

const naming = (events: readonly Happened[], argument: string) =>
  events.map((event) => [text(event, argument), event] as const);

/** Accounts that paid, moved money or lost a dispute, with the time of the first of these. */
export const clientsSeen = (past: Past): ReadonlyMap<string, number> =>
  firstSeen([
    ...naming(past.of(...CLIENT_SEEN), "client"),
    ...naming(deliveriesEnded(past, "REJECTED"), "client"),
    ...naming(complaintsEnded(past, "REJECTED"), "challenger"),
  ]);

/** Accounts that were paid, registered for it or were judged while no validator. */
export const executorsSeen = (past: Past): ReadonlyMap<string, number> => {
  const judged = past.of("Frozen", "Slashed", "Struck", "Jailed");
  return firstSeen([
    ...naming(past.of("LaneSettled", "EarningsWithdrawn", "DeliveryOpened", "MeasuredOpened"), "executor"),
    ...naming(
      past.of("Registered").filter((event) => amount(event, "role") === 1n),
      "member",
    ),
    ...naming(judged, "member").filter(([account, event]) => !isValidator(past, account, event)),
  ]);
};

export const clientRows = (past: Past): TableRow[] =>
  [...clientsSeen(past)].map(([address, firstSeenAt]) => {
    const own = (...names: readonly string[]) => past.of(...names).filter(about("client", address));
    const settled = own("LaneSettled");
    const balanced = own(...CLIENT_SEEN, "TailRefunded").findLast(({ args }) => args["balance"] !== undefined);
    const lost =
      deliveriesEnded(past, "REJECTED").filter(about("client", address)).length +
      complaintsEnded(past, "REJECTED").filter(about("challenger", address)).length;
    return {
      address,
      firstSeenAt,
      deposited: sum(own("Deposited"), "amount"),
      withdrawn: sum(own("Withdrawn"), "amount"),
      balance: balanced === undefined ? 0n : amount(balanced, "balance"),
      allocated: sum(own("Allocated"), "amount") - sum(own("UnlockFinalized", "Released"), "amount") - paidBy(settled),
      tailRefunded: sum(own("TailRefunded"), "amount"),
      disputesLost: lost,
      executorCount: distinct(settled, "executor"),
      ...workOf(settled),
      ...timesOf(settled),
    };
  });

export function executorRows(past: Past, standings: readonly TableRow[]): TableRow[] {
  const tails = tailRows(past);
  return [...executorsSeen(past)].map(([address, firstSeenAt]) => {
    const own = (...names: readonly string[]) => past.of(...names).filter(about("executor", address));
    const [settled, audits, paidOut] = [own("LaneSettled"), own("ExecutorAudited"), own("EarningsWithdrawn").at(-1)];
    const tokens = sum(settled, "inboundTokens") + sum(settled, "outboundTokens");
    const held = tails.filter((tail) => tail["executorAddress"] === address);
    const tailHeld = held.reduce((all, tail) => all + (tail["held"] as bigint), 0n);
    const tailRefunded = sum(own("TailRefunded"), "amount");
    const opened = own("DeliveryOpened", "MeasuredOpened").length;
    const newest = standings.findLast((row) => row["executorAddress"] === address);
    const isOwn = about("executor", address);
    return {
      ...memberColumns(past, address, "executor"),
      firstSeenAt,
      operator: paidOut === undefined ? address : text(paidOut, "to"),
      withdrawn: paidOut === undefined ? 0n : amount(paidOut, "withdrawn"),
      tailHeld,
      tailRefunded,
      earned: paidBy(settled) - tailHeld - tailRefunded,
      averagePrice: tokens === 0n ? null : (paidBy(settled) * MILLION) / tokens,
      disputesLost:
        own("EquivocationProven").length +
        deliveriesEnded(past, "CONCEDED", "DEFAULTED").filter(isOwn).length +
        complaintsEnded(past, "UPHELD", "CONCEDED").filter(isOwn).length,
      disputeCount: opened,
      openDisputeCount: opened - own("DeliveryClosed", "MeasuredClosed").length,
      forcedReveals: deliveriesEnded(past, "DELIVERED").filter(isOwn).length,
      ...auditsOf(audits),
      lastAuditedAt: audits.at(-1)?.timestamp ?? null,
      reputationEpoch: newest?.["epoch"] ?? null,
      trust: newest?.["trust"] ?? null,
      grade: newest?.["grade"] ?? null,
      clientCount: distinct(settled, "client"),
      ...workOf(settled),
      ...timesOf(settled),
    };
  });
}

export const validatorRows = (past: Past): TableRow[] =>
  past
    .of("Registered")
    .filter((event) => amount(event, "role") === 2n)
    .map((event) => {
      const address = text(event, "member");
      const own = (name: string, argument: string) => past.of(name).filter(about(argument, address));
      const listed = past.of("Enlisted", "Delisted").findLast(about("validator", address));
      return {
        ...memberColumns(past, address, "validator"),
        enlistedAt: listed?.name === "Enlisted" ? listed.timestamp : null,
        seatCount: own("JurorDrawn", "juror").length,
        voteCount: own("VoteRevealed", "juror").length,
        fineCount: own("JurorFined", "juror").length,
        auditReportCount: own("PreimageRevealed", "validator").length,
        ...auditsOf(own("ExecutorAudited", "validator")),
      };
    });
