import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { BatchState, KeptBatch } from "../../store/batches/kept-batches.ts";
import { seconds } from "../files/file-object.ts";

/** A batch as OpenAI's API tells it, with what it has cost so far under `lloom`. */
export function batchObject(batch: KeptBatch, token: TokenUnit): object {
  const { id, endpoint, state, record, madeAtMs, endsAtMs, total, completed, failed } = batch;
  const at = (reached: BatchState): number | null => {
    const ms = record.reachedAtMs[reached];
    return ms === undefined ? null : seconds(ms);
  };
  const isOver = ENDED.has(state);
  return {
    ...{ id, object: "batch", endpoint, status: state, input_file_id: record.inputId },
    errors: record.problems === undefined ? null : { object: "list", data: record.problems },
    completion_window: record.window,
    output_file_id: isOver && completed > 0 ? record.outputId : null,
    error_file_id: isOver && failed > 0 ? record.errorsId : null,
    ...{ created_at: seconds(madeAtMs), in_progress_at: at("in_progress"), expires_at: seconds(endsAtMs) },
    ...{ finalizing_at: at("finalizing"), completed_at: at("completed"), failed_at: at("failed") },
    ...{ expired_at: at("expired"), cancelling_at: at("cancelling"), cancelled_at: at("cancelled") },
    request_counts: { total, completed, failed },
    usage: usageOf(batch),
    metadata: record.metadata,
    lloom: {
      // Base units, decimal: numbers of JSON lose digits.
      ...{ cost: String(batch.cost), amount: formatAmount(batch.cost, token.decimals), token: token.symbol },
      max_price: record.maxPrice ?? null,
    },
  };
}

/** States in which nothing more happens. */
export const ENDED: ReadonlySet<BatchState> = new Set<BatchState>(["failed", "completed", "expired", "cancelled"]);

const usageOf = ({ inbound, outbound }: KeptBatch): object => ({
  ...{ input_tokens: inbound, input_tokens_details: { cached_tokens: 0 } },
  ...{ output_tokens: outbound, output_tokens_details: { reasoning_tokens: 0 } },
  total_tokens: inbound + outbound,
});
