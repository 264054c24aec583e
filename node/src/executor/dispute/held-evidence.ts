import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { HeldEvidence } from "@lloom/protocol/evidence-parts";
import type { OwnAnswers } from "../../evidence/answer-evidence.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";

/** What an executor's log shows of its answers to whoever has a right to it. */
export const heldByExecutor = (
  store: Pick<ExecutorLog, "find" | "delivery" | "ackOf" | "laterRequest">,
): OwnAnswers => ({
  receiptOf: (requestHash) => {
    const served = store.find(requestHash);
    return served?.status === "signed" ? served.receipt : undefined;
  },
  held: (requestHash, receipt) => {
    const kept = store.delivery(requestHash);
    const acknowledgement = acknowledgementOf(store, requestHash, receipt);
    if (kept === undefined)
      return { ...{ receipt, acknowledgement }, prompt: "deleted", text: "deleted", trace: "deleted" };
    const { contentSalt, delivered, trace, prompt } = kept;
    return {
      ...{ receipt, acknowledgement },
      prompt: prompt ?? "none",
      text: { contentSalt, bytes: delivered },
      trace: trace.length === 0 ? "none" : trace,
    };
  },
});

/** What the client signed for it, or the request that came after it: none is accepted that does not build on it. */
function acknowledgementOf(
  store: Pick<ExecutorLog, "find" | "ackOf" | "laterRequest">,
  requestHash: Hex,
  receipt: Receipt,
): HeldEvidence["acknowledgement"] {
  const served = store.find(requestHash);
  if (served?.status !== "signed") return "none";
  const signature = store.ackOf(served.responseHash);
  if (signature !== undefined) return { signature };
  const later = store.laterRequest(receipt.request);
  return later === undefined ? "none" : { signature: later.clientSignature, request: later.request };
}
