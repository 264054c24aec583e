import { enumName } from "@lloom/protocol/contract-enums";
import { deliveryDisputesFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { RawEvent, RawPast } from "../raw-logs.ts";
import { type Answer, amount, byAmount, grouped, named, shareOf, sumOf, text } from "./rows-of-logs.ts";

const FAILED = 2n;
/** `IDeliveryDisputes.State` and `IMeasuredDisputes.Outcome` in which the executor lost. */
const LOST_STATES: readonly string[] = ["Conceded", "Defaulted"];
const LOST_OUTCOMES: readonly string[] = ["Upheld", "Conceded"];

const countOf = (past: RawPast, executor: string, ...names: readonly string[]): number =>
  named(past, ...names).filter(({ args }) => args["executor"] === executor).length;

function lostBy(past: RawPast, executor: string): number {
  const against = past.events.filter(({ args }) => args["executor"] === executor);
  const lost = against.filter(({ name, args }) => {
    if (name === "EquivocationProven") return true;
    if (name === "DeliveryClosed")
      return LOST_STATES.includes(enumName(deliveryDisputesFacts.State, args["state"] as bigint));
    return (
      name === "MeasuredClosed" &&
      LOST_OUTCOMES.includes(enumName(measuredDisputesFacts.Outcome, args["outcome"] as bigint))
    );
  });
  return lost.length;
}

/** The most that an executor could lose by a dispute. */
function atStakeIn(past: RawPast, opened: RawEvent): bigint {
  if (opened.name === "DeliveryOpened") return amount(opened, "paid") + amount(opened, "penalty");
  const answers = named(past, "AnswerDisputed").filter(({ args }) => args["id"] === opened.args["id"]);
  const held = sumOf(answers, (event) => amount(event, "held"));
  return amount(opened, "penalty") + amount(opened, "restitution") + held;
}

export const JUDGING: Readonly<Record<string, Answer>> = {
  "Rates of disputes and of failed audits, by executor": {
    rows: (past) => {
      const about = named(past, "LaneSettled", "DeliveryOpened", "MeasuredOpened", "ExecutorAudited");
      return grouped(about, (event) => text(event, "executor")).flatMap(([address, its]) => {
        const settled = its.filter(({ name }) => name === "LaneSettled");
        const audits = its.filter(({ name }) => name === "ExecutorAudited");
        const answers = sumOf(settled, (event) => amount(event, "requests"));
        const disputes = countOf(past, address, "DeliveryOpened", "MeasuredOpened");
        const failed = audits.filter((event) => amount(event, "outcome") === FAILED).length;
        if (answers === 0n && disputes === 0 && audits.length === 0) return [];
        return [
          {
            ...{ address, answers: String(answers), disputes, lost: lostBy(past, address) },
            ...{ audits: audits.length, failed },
            disputeRate: shareOf(BigInt(disputes), answers),
            failureRate: shareOf(BigInt(failed), BigInt(audits.length)),
          },
        ];
      });
    },
  },
  "At stake in open disputes": {
    rows: (past) => {
      const closed = new Set(named(past, "DeliveryClosed", "MeasuredClosed").map((event) => text(event, "id")));
      const open = named(past, "DeliveryOpened", "MeasuredOpened").filter((event) => !closed.has(text(event, "id")));
      const sums = grouped(open, (event) => text(event, "executor")).map(([executorAddress, its]) => ({
        executorAddress,
        disputes: its.length,
        atStake: sumOf(its, (event) => atStakeIn(past, event)),
      }));
      return byAmount(
        sums,
        ({ atStake }) => atStake,
        ({ executorAddress }) => executorAddress,
      ).map((row) => ({ ...row, atStake: String(row.atStake) }));
    },
  },
  "Who audits whom, and how often validators agree": {
    rows: (past) => {
      const audits = named(past, "ExecutorAudited");
      const pairOf = (event: RawEvent) => `${text(event, "validator")} ${text(event, "executor")}`;
      return grouped(audits, pairOf).map(([pair, its]) => {
        const [validatorAddress = "", executorAddress = ""] = pair.split(" ");
        const others = its.flatMap((event) =>
          audits
            .filter(
              ({ args }) =>
                args["executor"] === executorAddress &&
                args["epoch"] === event.args["epoch"] &&
                args["validator"] !== validatorAddress,
            )
            .map(({ args }) => args["outcome"] === event.args["outcome"]),
        );
        const agreed = others.filter((same) => same).length;
        return { validatorAddress, executorAddress, audits: its.length, compared: others.length, agreed };
      });
    },
  },
  "What jurors earned": {
    rows: (past) => {
      const drawn = named(past, "JurorDrawn");
      const juries = new Set(named(past, "Slashed").map((event) => text(event, "jury")));
      return grouped(drawn, (event) => text(event, "juror")).map(([juror, seats]) => {
        const ids = new Set(seats.map((event) => text(event, "id")));
        const credits = named(past, "Credited").filter((event) => text(event, "account") === juror);
        const fees = credits.filter((event) => ids.has(text(event, "id")));
        const transfers = named(past, "RewardsTransferred").filter((event) => text(event, "to") === juror);
        const shares = transfers.filter((event) => juries.has(text(event, "from")));
        const fines = named(past, "JurorFined").filter((event) => text(event, "juror") === juror);
        return {
          juror,
          fees: String(sumOf(fees, (event) => amount(event, "amount"))),
          shares: String(sumOf(shares, (event) => amount(event, "amount"))),
          fined: String(sumOf(fines, (event) => amount(event, "taken"))),
        };
      });
    },
  },
  "Time in jail": {
    given: ({ now }) => [now],
    rows: (past) =>
      grouped(named(past, "Jailed", "Unjailed"), (event) => text(event, "member")).map(([memberAddress, moves]) => {
        const stays = moves.map(({ name, timestamp }, index) =>
          name === "Jailed" ? (moves[index + 1]?.timestamp ?? past.now) - timestamp : 0,
        );
        const jailed = moves.filter(({ name }) => name === "Jailed").length;
        return { memberAddress, jailed, seconds: stays.reduce((all, stay) => all + stay, 0) };
      }),
  },
};
