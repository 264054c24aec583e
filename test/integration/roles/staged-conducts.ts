/** What executors do that are only staged: when they are asked, and when they are to show traces. */
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import type {
  CanaryOrder,
  CanaryReply,
  TracesOrder,
  TracesReply,
} from "../../../node/src/validator/audit/canary-answer.ts";

export const WEIGHTS: Hex = `0x${"ab".repeat(32)}`;
export const ZERO: Hex = `0x${"00".repeat(32)}`;

/** What an executor does when it is asked. */
export type Conduct = (order: CanaryOrder) => CanaryReply | Promise<CanaryReply>;
export const honest: Conduct = ({ id }) => ({
  type: "answered",
  responseHash: `0x${id.toString(16).padStart(64, "0")}`,
  signed: { receipt: {} as Receipt, requestHash: ZERO },
  answer: { text: "Yes.", traceRoot: ZERO, asOfSeconds: 0 },
});
/** As many tokens as are said, for an answer of which its client could count nothing. */
export const charging =
  (outboundTokens: bigint): Conduct =>
  (order) => {
    const request = { maxInboundTokens: 100n, maxOutboundTokens: 100n, deadline: 0n };
    const response = { inboundTokens: 10n, outboundTokens, finishReason: 1n };
    const receipt = { request, response } as Receipt;
    return { ...honest(order), signed: { receipt, requestHash: ZERO } } as CanaryReply;
  };
/** Signs a trace. */
export const traced: Conduct = async (order) => {
  const reply = await honest(order);
  if (reply.type !== "answered") return reply;
  return { ...reply, answer: { ...reply.answer, traceRoot: WEIGHTS } };
};
export const inflating: Conduct = () => ({
  type: "wrong",
  what: "counts",
  problem: "The response counts 9 answer tokens; the model's tokenizer counts 2.",
});
export const silent: Conduct = () => ({ type: "unanswered", problem: "No answer came." });

/** What an executor shows of the traces that it is asked for. */
export type Showing = (order: TracesOrder) => TracesReply;
export const away: Showing = () => ({ type: "asked", isReachable: false, shown: new Map() });
export const hiding: Showing = () => ({ type: "asked", isReachable: true, shown: new Map() });
/** Of all answers, or of the first ones. */
export const showing =
  (most = Infinity): Showing =>
  ({ answers }) => ({
    ...{ type: "asked", isReachable: true },
    shown: new Map(answers.slice(0, most).map(({ id }) => [id, []])),
  });
