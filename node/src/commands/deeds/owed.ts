import type { Address } from "@lloom/protocol/commitment-types";
import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import { readChannel } from "../../chain/reads.ts";
import { openSettlementLog, type UnsettledLane } from "../../store/executor/settlement-log.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "./account.ts";
import { readOwnLog } from "./own-log.ts";

/** What clients owe an executor for answers that are not settled, by its own log and the chain's channels. */
export interface Owed {
  /** Base units that can still be paid. */
  readonly total: bigint;
  readonly lanes: number;
  /** When the oldest of the answers was given; undefined when nothing is owed. */
  readonly oldestAtMs: number | undefined;
  readonly byClient: ReadonlyMap<Address, bigint>;
  /** Base units that nothing can pay any more: their time is over, or their channel is empty and nobody fills it again. */
  readonly writtenOff: bigint;
}

/** Channels that are read at the same time. */
const READS_AT_ONCE = 32;

/** Reads the executor's log beside a running executor; undefined where there is none of this account and network. */
export async function readOwed(context: CommandContext, view: View): Promise<Owed | undefined> {
  const log = readOwnLog(context, view, { file: "executor.sqlite" });
  return log && owedOn(view, openSettlementLog(log).unsettled());
}

/**
 * What one client owes by the executor's log, whatever its channel holds: answers, while they can be settled, and requests under way at
 * their caps. Base units; undefined where there is no log of this executor, so that nobody here knows.
 */
export async function readOwing(context: CommandContext, view: View, client: Address): Promise<bigint | undefined> {
  const file = readOwnLog(context, view, { file: "executor.sqlite" });
  if (file === undefined) return undefined;
  const log = openSettlementLog(file);
  const lanes = log.unsettled().filter((lane) => lane.client === client);
  const asked = lanes.reduce((sum, { amountOwed }) => sum + amountOwed, 0n);
  const means = { balances: new Map([[client, asked]]), nowSeconds: await view.chain.nowSeconds() };
  return owedOf(lanes, means).total + log.underWay(client);
}

/** What of the lanes the chain can still pay. */
export async function owedOn({ chain, address }: View, lanes: readonly UnsettledLane[]): Promise<Owed> {
  const clients = [...new Set(lanes.map(({ client }) => client))];
  const balances = new Map<Address, bigint>();
  for (let start = 0; start < clients.length; start += READS_AT_ONCE)
    await Promise.all(
      clients.slice(start, start + READS_AT_ONCE).map(async (client) => {
        balances.set(client, (await readChannel(chain, client, address)).balance);
      }),
    );
  return owedOf(lanes, { balances, nowSeconds: await chain.nowSeconds() });
}

export interface Means {
  /** Of channels, base units. */
  readonly balances: ReadonlyMap<Address, bigint>;
  /** Of the chain. */
  readonly nowSeconds: bigint;
}

/** What of the lanes can still be paid, the longest waiting first. Pure. */
export function owedOf(
  lanes: readonly Pick<UnsettledLane, "client" | "amountOwed" | "oldestAtMs" | "receipt">[],
  { balances, nowSeconds }: Means,
): Owed {
  const byClient = new Map<Address, bigint>();
  const payable: number[] = [];
  let writtenOff = 0n;
  for (const { client, amountOwed, oldestAtMs, receipt } of lanes) {
    const before = byClient.get(client) ?? 0n;
    const isOpen = nowSeconds <= receipt.request.deadline + accountingV2Facts.SETTLE_WINDOW;
    const left = isOpen ? (balances.get(client) ?? 0n) - before : 0n;
    const paid = amountOwed < left ? amountOwed : left;
    writtenOff += amountOwed - paid;
    if (paid === 0n) continue;
    byClient.set(client, before + paid);
    payable.push(oldestAtMs);
  }
  return {
    total: [...byClient.values()].reduce((sum, amount) => sum + amount, 0n),
    lanes: payable.length,
    oldestAtMs: payable[0],
    ...{ byClient, writtenOff },
  };
}
