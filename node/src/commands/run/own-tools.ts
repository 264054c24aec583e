import { beginAnswer } from "../../gateway/begin-answer.ts";
import { USUAL_MAX_TOKENS } from "../../gateway/gateway-options.ts";
import { type ChargeOf, cappedPurse } from "../../gateway/keys/capped-purse.ts";
import { createLimitedAsk } from "../../gateway/limited-ask.ts";
import type { McpCall } from "../../gateway/mcp/tool.ts";

/** Questions of one agent at once. */
const MOST_AT_ONCE = 16;
const ANSWER_TIMEOUT_MS = 10 * 60_000;

export interface OwnToolsParts extends Pick<McpCall, "client" | "deployment" | "executorFacts"> {
  readonly chargeOf: ChargeOf;
  /** Most that is spent in all, base units. */
  readonly budget: bigint;
  /** Aborts when running answers must end. */
  readonly closing: AbortSignal;
}

/** Calls of tools that this process pays itself, out of one budget for as long as it runs. */
export function ownTools({ chargeOf, budget, closing, ...parts }: OwnToolsParts): (signal: AbortSignal) => McpCall {
  const { client, deployment } = parts;
  const { token } = deployment;
  const purse = cappedPurse({
    most: budget,
    what: "All questions of this session",
    next: "Ask for a shorter answer, or start lloom mcp with a larger --budget.",
    ...{ token, chargeOf },
  });
  const settings = {
    ...{ maxConcurrent: MOST_AT_ONCE, defaultMaxTokens: USUAL_MAX_TOKENS },
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
  };
  const limited = createLimitedAsk(client, settings, { token, chargeOf, budget: purse });
  const answering = { limited, settings, closing };
  let calls = 0;
  return (signal) => ({
    ...parts,
    ask: (asked) => {
      calls += 1;
      const by = { requestId: `mcp-${calls}`, caller: undefined, hangUp: signal };
      return beginAnswer(answering, { path: "mcp", idPrefix: "mcp-" }, asked, by).events;
    },
    maySee: () => true,
    signal,
  });
}
