import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import { plainNames } from "./plain-name.ts";

/** Models that are listed; `/v1/models` has all. */
const MOST_LISTED = 50;

export interface LlmsTextFacts {
  readonly models: readonly ModelSummary[];
  /** Where the caller finds the gateway. */
  readonly url: string;
  readonly token: TokenUnit;
  /** Calls have to name an API key. */
  readonly asksForKey: boolean;
}

/** What the gateway is and how it is asked, in the form of llms.txt (https://llmstxt.org): for models, and for who writes agents. */
export const llmsText = ({ models, url, token, asksForKey }: LlmsTextFacts): string => `# Lloom gateway

> OpenAI's API over a decentralized network of executors. Each answer is paid by this gateway's account and comes with a receipt,
> signed by buyer and seller, that anybody can verify without trusting either.

${
  asksForKey
    ? "Calls name an API key of this gateway, as `Authorization: Bearer KEY` or `x-api-key: KEY`; who runs it makes them (`lloom keys create`), each with its budget. `GET /v1/key` says what is left of one."
    : "Calls from this machine need no API key. What they cost is paid out of the deposit of whoever runs the gateway."
}

## How to ask

- OpenAI's clients: base URL \`${url}/v1\` (chat completions, completions, embeddings, responses, models). Anthropic's clients: base URL \`${url}\`.
- Agents that speak MCP: \`POST ${url}/mcp\`, version 2026-07-28 and those before it, with the tools ask, models, quote, verify_receipt and executor.
- What an answer did cost stands in the header \`x-lloom-cost\` and in the field \`lloom\` of its body, with its receipt. To limit it, send
  \`max_tokens\`, and \`provider: {"max_price": {"prompt": "…", "completion": "…"}}\` in ${token.symbol} per 1 000 000 tokens; the tool ask takes \`max_cost\`.
- A failure says in its message what to do; \`x-should-retry: false\` means that the same call cannot succeed.

## Documents

- [OpenAPI 3.1](${url}/openapi.json): every route, what it reads and answers
- [Models](${url}/v1/models): all models with prices, context, and what their executors can do
- [Agent card](${url}/.well-known/agent-card.json): this gateway as an A2A agent card
- The handbook is part of Lloom: docs/gateway.md (routes, errors, receipts), docs/agents.md (for authors of agents)

## Models now

${listed(models, token)}
`;

function listed(models: readonly ModelSummary[], { symbol, decimals }: TokenUnit): string {
  const plain = plainNames(models);
  if (plain.length === 0) return "No executor offers a model at the moment.";
  const price = (units: bigint): string => formatAmount(units, decimals);
  const lines = plain
    .slice(0, MOST_LISTED)
    .map(
      ({ model, executors, inboundPrice, outboundPrice, maxContext }) =>
        `- \`${model}\`: ${price(inboundPrice)} ${symbol} per 1 000 000 prompt tokens, ${price(outboundPrice)} ${symbol} per 1 000 000 answer tokens, context ${maxContext}, executors ${executors}`,
    );
  const more = models.length - lines.length;
  return [...lines, ...(more > 0 ? [`- ${more} more: GET /v1/models`] : [])].join("\n");
}
