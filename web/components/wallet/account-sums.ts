import { formatAmount, formatMoment, shortHex } from "../../lib/format.ts";
import type { IndexedAccount } from "../../lib/indexer/wallets.ts";
import type { AccountFacts } from "../../lib/wallet/facts.ts";
import { lockNote, type Sum } from "./sums-table.tsx";

const shownAlways = new Set(["Wallet", "Free deposit"]);
const worthShowing = (sums: readonly Sum[]): readonly Sum[] =>
  sums.filter(({ what, units }) => units !== 0n || shownAlways.has(what));

function jailNote(jailedUntil: bigint, now: bigint): string | undefined {
  if (jailedUntil === 0n) return undefined;
  return jailedUntil > now
    ? `in jail until ${formatMoment(Number(jailedUntil))}`
    : "its time in jail is over: leave it";
}

interface Channel {
  readonly executor: string;
  readonly balance: bigint;
  readonly unlocking: bigint;
  readonly unlockAt: bigint | number | null;
}

const channelSums = (channels: readonly Channel[], now: bigint): Sum[] =>
  channels.flatMap(({ executor, balance, unlocking, unlockAt }) => [
    { what: `Channel with ${shortHex(executor)}`, units: balance },
    { what: `of it unlocking, ${shortHex(executor)}`, units: unlocking, note: lockNote(unlockAt, now) },
  ]);

/** Sums of an account by the contracts themselves. */
export function sumsOfFacts(facts: AccountFacts): readonly Sum[] {
  const { member, earnings, seconds } = facts;
  return worthShowing([
    { what: "Wallet", units: facts.tokens, note: `and about ${formatAmount(facts.wei / 10n ** 14n, 4)} ETH for gas` },
    { what: "Free deposit", units: facts.deposit, note: "free at any time" },
    ...channelSums(facts.channels, seconds),
    { what: "Earnings, free now", units: earnings.free },
    { what: "Earnings, maturing", units: earnings.maturing, note: "within 48 hours" },
    { what: "Stake", units: member?.stake ?? 0n, note: jailNote(member?.jailedUntil ?? 0n, seconds) },
    { what: "Unbonding", units: member?.unbonding ?? 0n, note: lockNote(member?.unbondAt ?? 0n, seconds) },
    { what: "Rewards", units: facts.rewards, note: "free: claim them" },
    { what: "Credit for bonds", units: facts.credit, note: "free at any time" },
  ]);
}

/** Sums of an account as the index has them. */
export const sumsOfIndex = (account: IndexedAccount, nowSeconds: number): readonly Sum[] =>
  worthShowing([
    { what: "Free deposit", units: account.deposit, note: "free at any time" },
    ...channelSums(account.channels, BigInt(nowSeconds)),
    { what: "Earnings, matured or not", units: account.earnings },
    { what: "Stake", units: account.stake },
    { what: "Unbonding", units: account.unbonding, note: lockNote(account.unbondAt, BigInt(nowSeconds)) },
    { what: "Rewards", units: account.rewards },
  ]);
