import type { Hex } from "@lloom/protocol/commitment-types";
import type { Chain } from "../chain/chain.ts";
import { type Panel, readPanel } from "../chain/disputes/jury.ts";
import type { MeasuredCourt } from "../chain/disputes/measured-court.ts";
import { type MeasuredDispute, readMeasured } from "../chain/disputes/measured-disputes.ts";
import { readFor } from "../chain/reads.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";

/** A measured dispute as the chain has it now. */
export interface CaseNow {
  readonly dispute: MeasuredDispute;
  readonly panel: Panel;
  /** By the chain's clock. */
  readonly nowSeconds: bigint;
  /** Newest block. */
  readonly head: bigint;
}

/** Reads it at the latest block. Throws what reads throw, and CANCELLED. */
export async function readCase(chain: Chain, court: MeasuredCourt, id: Hex, signal: AbortSignal): Promise<CaseNow> {
  const [dispute, panel, nowSeconds, head] = await untilAborted(
    Promise.all([
      readMeasured(chain, court, id),
      readPanel(chain, court, id),
      chain.nowSeconds(),
      readFor("the latest block", chain.provider.getBlockNumber()),
    ]),
    signal,
  );
  return { dispute, panel, nowSeconds, head: BigInt(head) };
}
