import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { zeroPadValue } from "ethers";
import type { Chain } from "../chain.ts";
import { delivery, equivocation, measured } from "../contracts.ts";
import { readCredit, readFor, readView } from "../reads.ts";
import { readPastLogs } from "../watch/past-logs.ts";
import { findJudges } from "./judges.ts";

/** What others' faults and one's own duties brought an account, not paid out yet. */
export interface RewardsState {
  /** Shares of slashes, in the stake registry; base units. */
  readonly shares: bigint;
  /** What dispute contracts credited: fees of jurors, bonds that came back. */
  readonly credits: readonly DisputeCredit[];
  /** Shares of reporters that wait for whoever committed to the proof before. */
  readonly pending: readonly PendingReport[];
}

export interface DisputeCredit {
  /** The contract that pays it out. */
  readonly disputes: Address;
  readonly kind: "measured" | "delivery";
  /** Base units of the payment token for measured disputes, wei for delivery disputes. */
  readonly amount: bigint;
}

export interface PendingReport {
  readonly disputes: Address;
  readonly id: Hex;
  /** Base units. */
  readonly amount: bigint;
  /** Unix seconds. */
  readonly payableAt: bigint;
}

/** Reads it at the latest block. Throws as all reads do. */
export async function readRewards(chain: Chain, account: Address): Promise<RewardsState> {
  const { credits, ...rewards } = await readAllRewards(chain, account);
  return { ...rewards, credits: credits.filter(({ amount }) => amount > 0n) };
}

/** The same with the contracts that owe nothing. */
export async function readAllRewards(chain: Chain, account: Address): Promise<RewardsState> {
  const [{ credited, withdrawn }, judges] = await Promise.all([
    readFor("the rewards", chain.contracts.stakeRegistry.rewards(account)),
    findJudges(chain),
  ]);
  const each = await Promise.all(judges.map((judge) => readAtJudge(chain, judge, account)));
  return {
    shares: credited - withdrawn,
    // Several judges may keep their money in one contract.
    credits: [...new Map(each.flatMap(({ credits }) => credits).map((one) => [one.disputes, one])).values()],
    pending: each.flatMap(({ pending }) => pending),
  };
}

type AtJudge = Pick<RewardsState, "credits" | "pending">;
const NOTHING: AtJudge = { credits: [], pending: [] };

/** What sort of dispute contract it is shows in what it answers. */
async function readAtJudge(chain: Chain, disputes: Address, account: Address): Promise<AtJudge> {
  const [deposits, bonds, hasReports] = await Promise.all([
    ask(chain, disputes, measured.encode("deposits")),
    ask(chain, disputes, delivery.encode("bondsOf", [account])),
    ask(chain, disputes, equivocation.encode("PRIORITY_WINDOW")),
  ]);
  if (bonds !== undefined) return { ...NOTHING, credits: [{ disputes, kind: "delivery", amount: bonds }] };
  if (hasReports !== undefined) return { ...NOTHING, pending: await readPending(chain, disputes, account) };
  if (deposits === undefined) return NOTHING;
  // Measured disputes keep their money in a contract beside them.
  const beside: Address = `0x${deposits.toString(16).padStart(40, "0")}`;
  const amount = await readCredit(chain, beside, account);
  return { ...NOTHING, credits: [{ disputes: beside, kind: "measured", amount }] };
}

/** A view's word as a number; undefined from a contract that has no such view. */
async function ask(chain: Chain, to: Address, data: Hex): Promise<bigint | undefined> {
  const answer = await readView(chain, "the rewards", { to, data });
  return answer?.length === 66 ? BigInt(answer) : undefined;
}

async function readPending(chain: Chain, disputes: Address, account: Address): Promise<PendingReport[]> {
  const topic = equivocation.topicOf("ReportPending");
  const logs = await readPastLogs(chain, {
    address: disputes,
    topics: [topic, null, zeroPadValue(account, 32) as Hex],
  });
  const reports = await Promise.all(logs.map((log) => readReport(chain, disputes, log.topics[1] as Hex)));
  return reports
    .filter((report) => report !== undefined && report.reporter === account)
    .map(({ reporter: _, ...it }) => it);
}

/** As it stands: paid to somebody else meanwhile, or gone once it was paid. */
async function readReport(chain: Chain, disputes: Address, id: Hex): Promise<PendingReport & { reporter: Address }> {
  const data = equivocation.encode("reports", [id]);
  const answer = await readFor("the report", chain.provider.call({ to: disputes, data }));
  const { reporter, amount, payableAt } = equivocation.parsed.decodeFunctionResult("reports", answer);
  return { disputes, id, reporter: String(reporter).toLowerCase() as Address, amount, payableAt };
}
