import { McpServer } from "@modelcontextprotocol/server";
import type { Log } from "../../log.ts";
import { VERSION } from "../../version.ts";
import { failureOf } from "../http-problem.ts";
import type { McpCall, McpTool } from "./tool.ts";
import { TOOLS } from "./tools.ts";

const INSTRUCTIONS =
  "Paid LLM answers from a decentralized network. Call models for names and prices, quote for the cost of a question, ask to have it answered and paid; name max_cost. Every answer has a receipt, which verify_receipt checks without trusting anybody.";

/** What a server of tools stands on; the signal of each call comes with it. */
export interface McpParts {
  readonly call: (signal: AbortSignal) => McpCall;
  readonly log: Log;
}

/** A server of all tools, for one call or one connection. */
export function createMcpServer({ call, log }: McpParts): McpServer {
  const server = new McpServer({ name: "lloom", title: "Lloom", version: VERSION }, { instructions: INSTRUCTIONS });
  for (const tool of TOOLS)
    server.registerTool(
      tool.name,
      {
        ...{ title: tool.title, description: tool.description, inputSchema: tool.input, outputSchema: tool.output },
        annotations: {
          ...{ readOnlyHint: !tool.isPaid, destructiveHint: false, idempotentHint: !tool.isPaid },
          openWorldHint: !tool.isOffline,
        },
      },
      async (input, { mcpReq }) => result(tool, input, { call: call(mcpReq.signal), log }),
    );
  return server;
}

/** A failure is one of the tool's, with what to do: a model reads it, and may do better. */
async function result(
  tool: McpTool,
  input: Record<string, unknown>,
  { call, log }: { readonly call: McpCall; readonly log: Log },
) {
  try {
    const { text, data } = await tool.run(input, call);
    return { content: text.map((one) => ({ type: "text" as const, text: one })), structuredContent: data };
  } catch (thrown) {
    const error = failureOf(thrown);
    const { code, message, next, details } = error;
    log.debug({ tool: tool.name, code, details, err: error }, "tool failed");
    return { content: [{ type: "text" as const, text: `${code}: ${message} ${next}` }], isError: true };
  }
}
