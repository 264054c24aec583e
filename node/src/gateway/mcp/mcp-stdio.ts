import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer, type McpParts } from "./mcp-server.ts";

/** A message may hold a prompt as long as the network takes, every character of it escaped. */
const LONGEST_MESSAGE_BYTES = 32 * 1024 * 1024;

export interface StdioEnds {
  readonly input: Readable;
  /** Holds the protocol and nothing else. */
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/** Serves the tools over a pair of streams, until whoever calls has closed its end, or the signal aborts. */
export async function serveMcpStdio(parts: McpParts, { input, output, signal }: StdioEnds): Promise<void> {
  const transport = new StdioServerTransport(input, output, { maxBufferSize: LONGEST_MESSAGE_BYTES });
  const gone = Promise.race([once(input, "end", { signal }), once(input, "close", { signal })]);
  const server = serveStdio(() => createMcpServer(parts), {
    transport,
    onerror: (error) => parts.log.debug({ err: error }, "mcp message failed"),
  });
  try {
    await gone.catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
  } finally {
    await server.close();
  }
}
