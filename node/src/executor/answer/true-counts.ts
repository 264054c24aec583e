import { mostInboundTokens, mostOutboundTokens } from "@lloom/protocol/token-bounds";
import type { Completion } from "../../backend/backend.ts";
import type { Answer } from "./response.ts";

/**
 * The answer with no more tokens than its prompt and its text can have. What a backend counts is a statement, and this node
 * signs it: a count above what was delivered (a wrong one, or hidden thoughts) would be refused by the client, and with it the
 * whole answer.
 */
export function withTrueCounts(answer: Answer, { messages, sampling }: Completion): Answer {
  const inboundTokens = Math.min(answer.inboundTokens, Number(mostInboundTokens(messages)));
  const outboundTokens = Math.min(answer.outboundTokens, Number(mostOutboundTokens(answer.text, sampling.stop)));
  return { ...answer, inboundTokens, outboundTokens };
}
