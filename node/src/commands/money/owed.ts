import type { Address } from "@lloom/protocol/commitment-types";
import { openSettlementLog, type UnsettledLane } from "../../store/settlement-log.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "./account.ts";
import { readOwnLog } from "./own-log.ts";

/** What clients owe an executor for answers that are not settled, by its own log. */
export interface Owed {
  /** Base units. */
  readonly total: bigint;
  readonly lanes: number;
  /** When the oldest of the answers was given; undefined when nothing is owed. */
  readonly oldestAtMs: number | undefined;
  readonly byClient: ReadonlyMap<Address, bigint>;
}

/** Reads the executor's log beside a running executor; undefined where there is none of this account and network. */
export function readOwed(context: CommandContext, view: View): Owed | undefined {
  const log = readOwnLog(context, view, { file: "executor.sqlite" });
  return log && owedOf(openSettlementLog(log).unsettled());
}

function owedOf(lanes: readonly UnsettledLane[]): Owed {
  const byClient = new Map<Address, bigint>();
  for (const { client, amountOwed } of lanes) byClient.set(client, (byClient.get(client) ?? 0n) + amountOwed);
  return {
    total: lanes.reduce((sum, { amountOwed }) => sum + amountOwed, 0n),
    lanes: lanes.length,
    // Longest waiting first.
    oldestAtMs: lanes[0]?.oldestAtMs,
    byClient,
  };
}
