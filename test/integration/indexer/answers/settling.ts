import type { RawEvent, RawPast } from "../raw-logs.ts";
import { type Answer, allTimes, amount, DAY, grouped, named, shareOf, sumOf, text } from "./rows-of-logs.ts";

/** The smallest value that so many in a hundred do not exceed. */
const percentile = (ascending: readonly number[], percent: number): number | null =>
  ascending[Math.ceil((ascending.length * percent) / 100) - 1] ?? null;

/** What is unlocking by channel, which a payment lowers to what is left. */
function unlocksOf(past: RawPast) {
  const unlocks = new Map<string, { unlocking: bigint; unlockAt: number }>();
  const channelOf = (event: RawEvent) => `${text(event, "client")} ${text(event, "executor")}`;
  for (const event of past.events) {
    const [channel, before] = [channelOf(event), unlocks.get(channelOf(event))];
    if (event.name === "UnlockRequested")
      unlocks.set(channel, { unlocking: amount(event, "unlocking"), unlockAt: Number(amount(event, "unlockAt")) });
    if (event.name === "UnlockCancelled" || event.name === "UnlockFinalized") unlocks.delete(channel);
    if ((event.name === "LaneSettled" || event.name === "Released") && before !== undefined) {
      const left = amount(event, "channelBalance");
      unlocks.set(channel, { ...before, unlocking: before.unlocking < left ? before.unlocking : left });
    }
  }
  return [...unlocks].filter(([, { unlocking }]) => unlocking > 0n);
}

const due = ({ now }: RawPast): readonly [number, number] => [now - 400 * DAY, now + 400 * DAY];

export const SETTLING: Readonly<Record<string, Answer>> = {
  "Gas of an answer and of a settlement": {
    given: allTimes,
    rows: (past) => {
      const settled = named(past, "LaneSettled");
      const sent = [...past.transactions.values()];
      const [gas, wei] = [sumOf(sent, (one) => one.gasUsed), sumOf(sent, (one) => one.gasUsed * one.gasPrice)];
      const answers = sumOf(settled, (event) => amount(event, "requests"));
      const counts = { transactions: sent.length, settlements: settled.length, answers: String(answers) };
      const perAnswer = shareOf(gas, answers, 1n);
      const perSettlement = shareOf(gas, BigInt(settled.length), 1n);
      return [
        { ...counts, gas: String(gas), wei: String(wei), gasPerAnswer: perAnswer, gasPerSettlement: perSettlement },
      ];
    },
  },
  "Time from an answer to its settlement": {
    given: allTimes,
    rows: (past) => {
      const times = past.answerTimes;
      const waits = named(past, "LaneSettled")
        .map((event) => event.timestamp - (times.get(text(event, "responseHash")) ?? Number.NaN))
        .toSorted((a, b) => a - b);
      return [{ settlements: waits.length, p50: percentile(waits, 50), p95: percentile(waits, 95) }];
    },
  },
  "Average length of a lane": {
    rows: (past) => {
      const lanes = grouped(named(past, "LaneSettled"), (event) =>
        ["client", "executor", "lane"].map((name) => text(event, name)).join(),
      );
      const answers = sumOf(lanes, ([, its]) => amount(its.at(-1) as RawEvent, "nonce"));
      return [
        { lanes: lanes.length, answers: String(answers), average: shareOf(answers, BigInt(lanes.length), 1_000n) },
      ];
    },
  },
  "Share of partial payments": {
    rows: (past) => {
      const settled = named(past, "LaneSettled");
      const partial = settled.filter((event) => amount(event, "unpaid") > 0n).length;
      return [{ settlements: settled.length, partial, share: shareOf(BigInt(partial), BigInt(settled.length)) }];
    },
  },
  "Unlocks that are due": {
    given: due,
    rows: (past) =>
      unlocksOf(past)
        .toSorted(([, a], [, b]) => a.unlockAt - b.unlockAt)
        .map(([channel, { unlocking, unlockAt }]) => {
          const [clientAddress = "", executorAddress = ""] = channel.split(" ");
          return { clientAddress, executorAddress, unlocking: String(unlocking), unlockAt };
        }),
  },
  "Session keys by principal": {
    rows: (past) => {
      const revoked = named(past, "SignerRevoked");
      const keys = named(past, "SignerAuthorized").map((event) => {
        const address = text(event, "signer");
        const end = revoked.find(({ args }) => args["signer"] === address);
        const thawEnd = end === undefined ? null : Number(amount(end, "thawEnd"));
        return { principalAddress: text(event, "principal"), address, authorizedAt: event.timestamp, thawEnd };
      });
      return keys.toSorted((a, b) => (a.principalAddress < b.principalAddress ? -1 : 1));
    },
  },
};
