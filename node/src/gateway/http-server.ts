import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type FastifyInstance, fastify } from "fastify";
import type { GatewaySettings } from "./gateway-options.ts";
import { HttpError, problemOf } from "./http-problem.ts";
import { takeJson } from "./json-body.ts";
import type { RequestRules } from "./request-rules.ts";

/** The HTTP server, its limits, and its answers to what never becomes a request for a route. */
export function createHttpServer(
  { bodyLimitBytes, requestTimeoutMs }: GatewaySettings,
  { refuseUrl }: RequestRules,
): FastifyInstance {
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    http: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 2),
      /** Node's own refusal would have no body; the rules refuse it with one. */
      requireHostHeader: false,
    },
    forceCloseConnections: "idle",
    /** The rules say it in OpenAI's shape. */
    return503OnClosing: false,
    genReqId: requestId,
    clientErrorHandler: refuseConnection,
    frameworkErrors: refuseUrl,
  });
  server.server.on("checkExpectation", refuseExpectation);
  /** A page elsewhere may send text without being asked; JSON it may not (CORS), and no origin is allowed here. */
  takeJson(server);
  return server;
}

/** A caller's own id is kept if it is fit for a log. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : `req_${randomUUID()}`;
}

const refusal = (status: number, message: string, next: string): HttpError =>
  new HttpError("REQUEST_INVALID", message, { status, next });

/** Node's codes for bytes that do not become a request. */
const CONNECTION_ERRORS: Readonly<Record<string, { line: string; error: HttpError }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    line: "408 Request Timeout",
    error: refusal(408, "The request did not arrive in time.", "Send it faster."),
  },
  HPE_HEADER_OVERFLOW: {
    line: "431 Request Header Fields Too Large",
    error: refusal(431, "The path and the headers are too large.", "Keep them below 16 KiB together."),
  },
};
const NOT_HTTP = {
  line: "400 Bad Request",
  error: refusal(400, "The request is not valid HTTP.", "Correct it."),
};

function refuseConnection({ code }: { readonly code?: string }, socket: Socket): void {
  const { line, error } = CONNECTION_ERRORS[code ?? ""] ?? NOT_HTTP;
  const body = JSON.stringify(problemOf(error).body);
  const head = `HTTP/1.1 ${line}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}`;
  if (socket.writable) socket.end(`${head}\r\n\r\n${body}`);
  else socket.destroy();
}

function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body } = problemOf(
    refusal(417, "The gateway does not meet the header expect.", "Leave the header out."),
  );
  response
    .writeHead(status, { ...headers, "content-type": "application/json", connection: "close" })
    .end(JSON.stringify(body));
}
