/** Whether a client that was cheated finds it out from one answer: its own rules, on answers that were really given. */
import type { RequestCommitment, ResponseCommitment } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { charged, countsProblem } from "@lloom/protocol/token-counts";
import type { TokenCounter } from "../../../node/src/backend/counting/token-counter.ts";
import { contradict } from "../../../node/src/chain/disputes/equivocation.ts";
import { nextDispute } from "../../../node/src/client/dispute/dispute-rules.ts";
import { nextReport } from "../../../node/src/duties/report-rules.ts";
import { buildResponse } from "../../../node/src/executor/answer/response.ts";
import type { AnsweredCanary } from "./answers.ts";

const HASH = `0x${"11".repeat(32)}` as const;
const ADDRESS = `0x${"22".repeat(20)}` as const;
const MOST_INBOUND = 100_000n;
/** What `devnet`'s cheat claims beyond what it sent. */
const INVENTED_TOKENS = 40;
const HOUR = 3_600n;

/** Counts are those of the text and the prompt, or the answer is refused. */
export async function isMiscounted(
  { canary, answer }: AnsweredCanary,
  { counter, vocabulary }: { readonly counter: TokenCounter; readonly vocabulary: string },
): Promise<boolean> {
  const { messages, maxOutboundTokens } = canary;
  const counts = await counter.count({ vocabulary, messages, asOfSeconds: 0, text: answer.text });
  const request = { maxInboundTokens: MOST_INBOUND, maxOutboundTokens: BigInt(maxOutboundTokens) };
  const response = {
    inboundTokens: charged(answer.inboundTokens, request.maxInboundTokens),
    outboundTokens: charged(answer.outboundTokens, request.maxOutboundTokens),
  };
  return countsProblem({ request, response, counts, isSameVersion: true }) !== undefined;
}

/** An answer that was settled and is not here is disputed once it had its time to come. */
export function isDisputed({ cost }: AnsweredCanary, answer: "missing" | "here"): boolean {
  const move = nextDispute({
    ...{ answer, nowSeconds: 2n * HOUR, openFrom: HOUR, openBy: 3n * HOUR, policy: "auto" },
    ...{ bond: 1n, locked: 0n, mostLocked: 1n },
    dispute: { state: "none", revealBy: 0n, isRevealing: false },
    lane: { nonce: 1n, cost: BigInt(cost) },
    request: { nonce: 1n, ackedCost: 0n },
  });
  return move.act === "open";
}

/** Another answer was settled than the one that came: both signatures are reported. */
export function isReported(answered: AnsweredCanary, inventedTokens = INVENTED_TOKENS): boolean {
  const came = responseTo(answered, 0);
  if (!contradict(came, responseTo(answered, inventedTokens))) return false;
  const standing = { committedAt: 0n, provenBy: "nobody", waiting: undefined } as const;
  return nextReport({ ...standing, nowSeconds: HOUR, proveBy: 2n * HOUR }).act === "commit";
}

function responseTo({ canary, answer }: AnsweredCanary, invented: number): ResponseCommitment {
  const { text, inboundTokens, outboundTokens } = answer;
  const maxOutboundTokens = BigInt(canary.maxOutboundTokens + INVENTED_TOKENS);
  const request: RequestCommitment = {
    ...{ client: ADDRESS, executor: ADDRESS, model: "lloom-tiny", promptHash: HASH, paramsHash: HASH },
    ...{ maxInboundTokens: MOST_INBOUND, maxOutboundTokens, inboundPrice: 100_000n, outboundPrice: 400_000n },
    ...{ lane: 1n, nonce: 1n, ackedCost: 0n, costCap: 1_000_000n, prevResponseHash: HASH, deadline: HOUR },
  };
  return buildResponse({
    ...{ request, requestHash: HASH, lane: EMPTY_LANE, contentSalt: HASH, nowMs: 0 },
    answer: { text, inboundTokens, outboundTokens: outboundTokens + invented, finishReason: "stop" },
  });
}
