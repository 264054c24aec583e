import { Readable } from "node:stream";
import { z } from "@lloom/protocol/zod";
import type { McpHttpHandler } from "@modelcontextprotocol/server";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../../log.ts";
import { type BeginParts, beginAnswer } from "../begin-answer.ts";
import { addressOf } from "../described/own-address.ts";
import { problemSchema } from "../described/problem-schemas.ts";
import type { Route } from "../described/route.ts";
import { HttpError } from "../http-problem.ts";
import { keyCallerOf } from "../keys/key-caller.ts";
import { onHangUp } from "../telling/hang-up.ts";
import type { McpCall } from "./tool.ts";

const PATH = "/mcp";

/** Streams that may be held open to hear of changes, of which there are none. */
const MOST_SUBSCRIPTIONS = 64;

const rpc = { jsonrpc: z.literal("2.0") };
const rpcId = z.union([z.string(), z.number()]);
const requestSchema = z
  .looseObject({ ...rpc, id: rpcId.optional(), method: z.string(), params: z.looseObject({}).optional() })
  .meta({ id: "JsonRpcRequest", description: "A request or a notification of MCP" });
const responseSchema = z
  .object({ ...rpc, id: rpcId.nullable(), result: z.looseObject({}).optional(), error: z.looseObject({}).optional() })
  .meta({ id: "JsonRpcResponse" });

export interface McpRouteParts extends BeginParts, Pick<McpCall, "client" | "deployment"> {
  readonly executorFacts: McpCall["executorFacts"];
  readonly log: Log;
  /** Told when a call's question goes to the network. */
  readonly onLetIn: (request: FastifyRequest) => void;
}

/**
 * POST /mcp: the tools by the Model Context Protocol, stateless. It asks for an API key where the other routes do, and what it asks is paid
 * out of that key's budget; a call of a tool counts as one call of the gateway's.
 */
export function mcpRoute(given: McpRouteParts): Route {
  const { client, deployment, executorFacts, onLetIn, closing, log } = given;
  const callers = new WeakMap<Request, FastifyRequest>();
  let opened: Promise<McpHttpHandler> | undefined;
  /** What a tool may use, for one caller. */
  const callOf = (request: FastifyRequest, signal: AbortSignal): McpCall => {
    const caller = keyCallerOf(request);
    return {
      ...{ client, deployment, executorFacts },
      ask: (asked) => {
        // A tool's answer has no place that says that it is an old one.
        const by = { requestId: request.id, caller, hangUp: signal, cache: "off" } as const;
        const { events } = beginAnswer(given, { path: PATH, idPrefix: "mcp-" }, asked, by);
        onLetIn(request);
        return events;
      },
      maySee: (summary) => caller?.maySee(summary) ?? true,
      signal,
    };
  };
  /** Who never asks this way does not load what it takes. */
  const open = async (): Promise<McpHttpHandler> => {
    const [{ createMcpHandler }, { createMcpServer }] = await Promise.all([
      import("@modelcontextprotocol/server"),
      import("./mcp-server.ts"),
    ]);
    const handler = createMcpHandler(
      ({ requestInfo }) =>
        createMcpServer({
          call: (signal) => callOf(requestOf(callers, requestInfo), signal),
          log,
        }),
      { maxSubscriptions: MOST_SUBSCRIPTIONS, onerror: (error) => log.debug({ err: error }, "mcp request failed") },
    );
    closing.addEventListener("abort", () => void handler.close(), { once: true });
    return handler;
  };
  return {
    ...{ method: "POST", path: PATH },
    described: {
      ...{
        id: "callMcp",
        tag: "answers",
        summary: "The Model Context Protocol: tools that ask, quote, list and verify",
      },
      text: "Version 2026-07-28, without sessions, and those before it. The tools are ask, models, quote, verify_receipt and executor; what ask asks is paid out of the caller's budget.",
      headers: {
        "mcp-protocol-version": "The protocol's version, such as 2026-07-28.",
        "mcp-method": "The method of the body.",
        "mcp-name": "The tool's name, of tools/call.",
      },
      body: requestSchema,
      answers: [
        { status: 200, text: "What the method gives.", schema: responseSchema, event: responseSchema },
        { status: 202, text: "A notification was taken." },
      ],
      problems: [404, 413, 415, 429],
      problem: z.union([problemSchema, responseSchema]),
    },
    handle: async (request, reply) => {
      if (Array.isArray(request.body)) throw noBatches();
      opened ??= open();
      const web = webRequest(request, onHangUp(reply));
      callers.set(web, request);
      return tell(reply, await (await opened).fetch(web, { parsedBody: request.body }));
    },
  };
}

/** The request that a server was made for. */
function requestOf(callers: WeakMap<Request, FastifyRequest>, web: Request | undefined): FastifyRequest {
  const request = web && callers.get(web);
  if (request === undefined) throw new HttpError("INTERNAL", "A tool was called by nobody.", { status: 500, next: "" });
  return request;
}

/** A list would be many calls that count as one. */
const noBatches = (): HttpError =>
  new HttpError("REQUEST_INVALID", "The body is a list of requests.", {
    status: 400,
    next: "Send one request at a time, as MCP has it since 2025-06-18.",
  });

/** Its body is read already. */
function webRequest(request: FastifyRequest, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && name !== "content-length") headers.set(name, [value].flat().join(", "));
  return new Request(`${addressOf(request)}${PATH}`, { method: "POST", headers, signal });
}

function tell(reply: FastifyReply, { status, headers, body }: Response): FastifyReply {
  reply.code(status);
  for (const [name, value] of headers) reply.header(name, value);
  return reply.send(body === null ? null : Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]));
}
