import { juryFacts } from "@lloom/protocol/generated/facts";
import { ofDispute, verdict } from "./dispute-rows.ts";
import { amount, nameIn, origin, type Past, seconds, sum, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";

export const choice = (event: Happened): string => nameIn(juryFacts.Choice, event.args["choice"]);

const keyOf = (event: Happened): TableRow => ({ juryAddress: event.address, disputeId: text(event, "id") });

export const candidateRows = (past: Past): TableRow[] =>
  past.of("Enlisted", "Delisted").map((event) => ({
    ...origin(event),
    juryAddress: event.address,
    validatorAddress: text(event, "validator"),
    kind: event.name === "Enlisted" ? "ENLIST" : "DELIST",
    candidates: seconds(event, "candidates"),
  }));

export const caseRows = (past: Past): TableRow[] =>
  past.of("CaseOpened").map((event) => {
    const [closed] = ofDispute(past, event, "CaseClosed");
    return {
      ...origin(event),
      ...keyOf(event),
      courtAddress: text(event, "court"),
      truth: closed === undefined ? null : verdict(closed, "truth"),
      paidCount: closed === undefined ? null : seconds(closed, "paid"),
      fines: closed === undefined ? null : amount(closed, "fines"),
      closedAt: closed?.timestamp ?? null,
    };
  });

export const panelRows = (past: Past): TableRow[] =>
  past.of("DrawRequested").map((event) => {
    const within = (...names: readonly string[]) =>
      ofDispute(past, event, ...names).filter(({ args }) => args["round"] === event.args["round"]);
    const newest = within("DrawRequested", "DrawRenewed").at(-1) ?? event;
    const [[drawn], [failed]] = [within("PanelDrawn"), within("DrawFailed")];
    return {
      ...origin(event),
      ...keyOf(event),
      round: seconds(event, "round"),
      size: seconds(event, "size"),
      candidates: seconds(newest, "candidates"),
      drawBlock: amount(newest, "drawBlock"),
      found: failed === undefined ? null : seconds(failed, "found"),
      seed: drawn === undefined ? null : text(drawn, "seed"),
      commitUntil: drawn === undefined ? null : seconds(drawn, "commitUntil"),
      revealUntil: drawn === undefined ? null : seconds(drawn, "revealUntil"),
      committed: within("VoteCommitted").length,
      revealed: within("VoteRevealed").length,
    };
  });

export const seatRows = (past: Past): TableRow[] =>
  past.of("JurorDrawn").map((event) => {
    const own = (name: string) =>
      ofDispute(past, event, name).filter(({ args }) => args["juror"] === event.args["juror"]);
    const [[committed], [revealed]] = [own("VoteCommitted"), own("VoteRevealed")];
    return {
      ...origin(event),
      ...keyOf(event),
      validatorAddress: text(event, "juror"),
      round: seconds(event, "round"),
      isDuty: event.args["isDuty"] as boolean,
      commitment: committed === undefined ? null : text(committed, "commitment"),
      committedAt: committed?.timestamp ?? null,
      choice: revealed === undefined ? "NONE" : choice(revealed),
      salt: revealed === undefined ? null : text(revealed, "salt"),
      revealedAt: revealed?.timestamp ?? null,
      fined: sum(own("JurorFined"), "taken"),
    };
  });

const CREDIT_KINDS: Readonly<Record<string, { readonly kind: string; readonly account: string }>> = {
  DepositTaken: { kind: "DEPOSIT", account: "payer" },
  Credited: { kind: "CREDIT", account: "account" },
  CreditAdded: { kind: "ADD", account: "account" },
  CreditWithdrawn: { kind: "WITHDRAW", account: "account" },
};

/** What each account has after each of its events, in the chain's order. */
export function creditMovementRows(past: Past): TableRow[] {
  const credits = new Map<string, bigint>();
  return past.of(...Object.keys(CREDIT_KINDS)).map((event) => {
    const { kind = "", account: argument = "" } = CREDIT_KINDS[event.name] ?? {};
    const [account, moved] = [text(event, argument), amount(event, "amount")];
    const spent = kind === "DEPOSIT" ? amount(event, "spent") : 0n;
    const change = kind === "WITHDRAW" ? -moved : kind === "DEPOSIT" ? -spent : moved;
    const credit = (credits.get(`${event.address} ${account}`) ?? 0n) + change;
    credits.set(`${event.address} ${account}`, credit);
    const counterparty = kind === "ADD" ? text(event, "payer") : kind === "WITHDRAW" ? text(event, "to") : null;
    const disputeId = kind === "DEPOSIT" || kind === "CREDIT" ? text(event, "id") : null;
    const about = { depositsAddress: event.address, accountAddress: account, kind, disputeId, counterparty };
    return { ...origin(event), ...about, amount: moved, spent, credit };
  });
}

export const creditAccountRows = (past: Past): TableRow[] =>
  [
    ...Map.groupBy(creditMovementRows(past), (row) => `${row["depositsAddress"]} ${row["accountAddress"]}`).values(),
  ].map((rows) => {
    const total = (column: string, ...kinds: readonly string[]) =>
      rows.filter(({ kind }) => kinds.includes(String(kind))).reduce((all, row) => all + (row[column] as bigint), 0n);
    return {
      depositsAddress: rows[0]?.["depositsAddress"] ?? null,
      address: rows[0]?.["accountAddress"] ?? null,
      credit: rows.at(-1)?.["credit"] ?? null,
      credited: total("amount", "CREDIT", "ADD"),
      spent: total("spent", "DEPOSIT"),
      withdrawn: total("amount", "WITHDRAW"),
      deposited: total("amount", "DEPOSIT"),
    };
  });
