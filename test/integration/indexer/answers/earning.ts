import type { RawPast } from "../raw-logs.ts";
import {
  type Answer,
  allTimes,
  amount,
  byAmount,
  grouped,
  MILLION,
  named,
  paidBy,
  periodOf,
  shareOf,
  sumOf,
  text,
  WEEK,
} from "./rows-of-logs.ts";

/** What each executor was paid, and earned: less the tails that judges hold or gave back. */
function moneyOf(past: RawPast): ReadonlyMap<string, { readonly paid: bigint; readonly earned: bigint }> {
  const money = new Map<string, { paid: bigint; earned: bigint }>();
  const held = new Map<string, bigint>();
  const add = (executor: string, paid: bigint, earned: bigint) => {
    const before = money.get(executor) ?? { paid: 0n, earned: 0n };
    money.set(executor, { paid: before.paid + paid, earned: before.earned + earned });
  };
  for (const event of past.events) {
    const executor = text(event, "executor");
    const tail = ["client", "executor", "lane", "nonce"].map((name) => text(event, name)).join();
    if (event.name === "LaneSettled") add(executor, paidBy(event), paidBy(event));
    if (event.name === "TailHeld") {
      held.set(tail, amount(event, "amount"));
      add(executor, 0n, -amount(event, "amount"));
    }
    if (event.name === "TailReleased") add(executor, 0n, amount(event, "amount"));
    // What was held has left the earnings already.
    if (event.name === "TailRefunded" && !held.has(tail)) add(executor, 0n, -amount(event, "amount"));
    if (event.name === "TailReleased" || event.name === "TailRefunded") held.delete(tail);
  }
  return money;
}

const paidExecutors = (past: RawPast) => [...moneyOf(past)].filter(([, { paid }]) => paid > 0n);

const registered = (past: RawPast) => named(past, "Registered").filter((event) => amount(event, "role") === 1n);

/** Active stake by the newest event that says it. */
function stakeOf(past: RawPast, member: string): bigint {
  const said = past.events.filter(({ args }) => args["totalStake"] !== undefined && args["member"] === member).at(-1);
  return said === undefined ? 0n : amount(said, "totalStake");
}

/** A member's minimum is that of its role's; who is in jail is not active. */
function isActive(past: RawPast, member: string): boolean {
  const jail = named(past, "Jailed", "Unjailed").findLast(({ args }) => args["member"] === member);
  return jail?.name !== "Jailed" && stakeOf(past, member) >= past.executorMinimum;
}

/** Twice the area between the curve of Lorenz and equality, by the values in ascending order. */
function gini(values: readonly bigint[]): string | null {
  const ascending = values.toSorted((a, b) => Number(a > b) - Number(a < b));
  const count = BigInt(values.length);
  const sum = sumOf(ascending, (value) => value);
  const weighted = ascending.reduce((all, value, index) => all + BigInt(index + 1) * value, 0n);
  return shareOf(2n * weighted - (count + 1n) * sum, count * sum);
}

export const EARNING: Readonly<Record<string, Answer>> = {
  "Who was paid most in a month, by model": {
    given: allTimes,
    rows: (past) =>
      grouped(named(past, "LaneSettled"), (event) => text(event, "model")).flatMap(([modelHash, settled]) => {
        const sums = grouped(settled, (event) => text(event, "executor")).map(([executorAddress, its]) => ({
          executorAddress,
          paid: sumOf(its, paidBy),
          answers: sumOf(its, (event) => amount(event, "requests")),
        }));
        const best = byAmount(
          sums,
          ({ paid }) => paid,
          ({ executorAddress }) => executorAddress,
        ).slice(0, 10);
        return best.map(({ executorAddress, paid, answers }, index) => ({
          ...{ modelHash, place: index + 1, executorAddress },
          ...{ paid: String(paid), answers: String(answers) },
        }));
      }),
  },
  "Earnings by operator": {
    rows: (past) => {
      const paidOut = named(past, "EarningsWithdrawn");
      const operatorOf = (executor: string) => {
        const last = paidOut.findLast(({ args }) => args["executor"] === executor);
        return last === undefined ? executor : text(last, "to");
      };
      const operators = grouped(paidExecutors(past), ([executor]) => operatorOf(executor)).map(([operator, its]) => ({
        operator,
        executors: its.length,
        paid: sumOf(its, ([, { paid }]) => paid),
        earned: sumOf(its, ([, { earned }]) => earned),
      }));
      return byAmount(
        operators,
        ({ earned }) => earned,
        ({ operator }) => operator,
      ).map((row) => ({ ...row, paid: String(row.paid), earned: String(row.earned) }));
    },
  },
  "How unequal earnings and stakes are": {
    rows: (past) => {
      const earned = paidExecutors(past).map(([, money]) => money.earned);
      const stakes = registered(past).map((event) => stakeOf(past, text(event, "member")));
      const kinds = [
        { kind: "earned", values: earned },
        { kind: "stake", values: stakes },
      ] as const;
      return kinds.flatMap(({ kind, values }) =>
        values.length === 0
          ? []
          : [{ kind, executors: values.length, sum: String(sumOf(values, (value) => value)), gini: gini(values) }],
      );
    },
  },
  "Share of the largest executor of each model": {
    rows: (past) =>
      grouped(named(past, "LaneSettled"), (event) => text(event, "model")).flatMap(([modelHash, settled]) => {
        const sums = grouped(settled, (event) => text(event, "executor"));
        const [largest] = byAmount(
          sums,
          ([, its]) => sumOf(its, paidBy),
          ([executor]) => executor,
        );
        if (largest === undefined) return [];
        const [executorAddress, its] = largest;
        return [{ modelHash, executorAddress, share: shareOf(sumOf(its, paidBy), sumOf(settled, paidBy), MILLION) }];
      }),
  },
  "Executors by the week in which they registered": {
    rows: (past) => {
      const money = moneyOf(past);
      const weeks = grouped(registered(past), ({ timestamp }) => String(periodOf(timestamp, WEEK)).padStart(12));
      return weeks.map(([week, its]) => {
        const members = its.map((event) => text(event, "member"));
        return {
          week: Number(week),
          executors: members.length,
          active: members.filter((member) => isActive(past, member)).length,
          paid: String(sumOf(members, (member) => money.get(member)?.paid ?? 0n)),
        };
      });
    },
  },
};
