import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { type FastifyInstance, fastify } from "fastify";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createAccess } from "./access.ts";
import { chatRoute } from "./chat-route.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { type GatewayOptions, type GatewaySettings, gatewaySettings } from "./gateway-options.ts";
import { HttpError, problemOf } from "./http-problem.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { getModel, listModels, ready } from "./model-routes.ts";

export interface GatewayParts {
  readonly client: GatewayClient;
  /** Deployment that receipts are for. */
  readonly domain: CommitmentDomain;
  readonly log: Log;
  readonly options: GatewayOptions;
}

/** A listening gateway. Closing refuses new calls, lets running answers end for a while, then cancels them. */
export interface Gateway extends AsyncDisposable {
  /** Without the `/v1` that OpenAI's clients want. */
  readonly url: string;
}

/** The routes by path, for the answer to a wrong method. */
const METHODS: Readonly<Record<string, string>> = {
  "/v1/chat/completions": "POST",
  "/v1/models": "GET, HEAD",
  "/health": "GET, HEAD",
  "/ready": "GET, HEAD",
};
const OPEN_PATHS = new Set(["/health", "/ready"]);
/** Time to send a whole request. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Time that a cancelled answer has to come to its end. */
const CANCEL_MS = 5_000;

/**
 * Serves OpenAI's chat completions over a client of the network. Throws CONFIG_INVALID, PORT_TAKEN.
 * Prompts and answers are never logged.
 */
export async function createGateway({ client, domain, log, options }: GatewayParts): Promise<Gateway> {
  const settings = gatewaySettings(options);
  const closing = new AbortController();
  const server = createServer(settings);
  const inFlight = createInFlight();
  addRules(server, { settings, inFlight, log });
  server.get("/health", async () => ({ status: "ok" }));
  server.get("/ready", ready(client));
  server.get("/v1/models", listModels(client));
  server.get("/v1/models/*", getModel(client));
  server.post("/v1/chat/completions", chatRoute({ client, domain, log, settings, closing: closing.signal }));
  await listen(server, settings);
  const url = urlOf(server);
  log.info({ url }, "gateway listens");
  return {
    url,
    [Symbol.asyncDispose]: () => closeServer(server, { inFlight, closing, graceMs: settings.closeGraceMs }),
  };
}

function createServer({ bodyLimitBytes }: GatewaySettings): FastifyInstance {
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    genReqId: requestId,
    clientErrorHandler: (_error, socket) => refuseConnection(socket),
    /** A model's name, with room for percent signs. */
    routerOptions: { maxParamLength: 1024 },
  });
  /** A page elsewhere may send text without being asked; JSON it may not (CORS), and no origin is allowed here. */
  server.removeContentTypeParser("text/plain");
  return server;
}

/** A caller's own id is kept if it is fit for a log. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : `req_${randomUUID()}`;
}

interface Rules {
  readonly settings: GatewaySettings;
  readonly inFlight: InFlight;
  readonly log: Log;
}

function addRules(server: FastifyInstance, { settings, inFlight, log }: Rules): void {
  const access = createAccess(settings.apiKeys);
  server.addHook("onRequest", async (request, reply) => {
    inFlight.add(reply.raw);
    reply.header("x-request-id", request.id);
    if (!OPEN_PATHS.has(pathOf(request.url))) access(request);
  });
  server.addHook("onResponse", async (request, reply) => {
    const { method, routeOptions } = request;
    const ms = Math.round(reply.elapsedTime);
    log.info({ requestId: request.id, method, route: routeOptions.url, status: reply.statusCode, ms }, "request");
  });
  server.setErrorHandler(async (thrown, request, reply) => {
    const { status, headers, body } = problemOf(thrown);
    const { code, details } = asLloomError(thrown);
    log[status >= 500 ? "warn" : "debug"]({ requestId: request.id, code, details, err: thrown }, "request failed");
    return reply.code(status).headers(headers).send(body);
  });
  server.setNotFoundHandler(async ({ method, url }) => {
    throw unknownRoute(method, pathOf(url));
  });
}

const pathOf = (url: string): string => url.split("?", 1)[0] ?? url;

function unknownRoute(method: string, path: string): LloomError {
  const allow = METHODS[path] ?? (path.startsWith("/v1/models/") ? "GET, HEAD" : undefined);
  if (allow === undefined) return new LloomError("ROUTE_NOT_FOUND", `No route ${method} ${path}.`);
  return new HttpError("ROUTE_NOT_FOUND", `${path} does not take ${method}.`, {
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    headers: { allow },
    next: `Use ${allow}.`,
  });
}

/** For bytes that are not HTTP. */
function refuseConnection(socket: Socket): void {
  const error = new HttpError("REQUEST_INVALID", "The request is not valid HTTP.", {
    status: 400,
    next: "Correct it.",
  });
  const body = JSON.stringify(problemOf(error).body);
  const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}`;
  if (socket.writable) socket.end(`${head}\r\n\r\n${body}`);
  else socket.destroy();
}

async function listen(server: FastifyInstance, { host, port }: GatewaySettings): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EADDRINUSE") throw new LloomError("PORT_TAKEN", `Port ${port} of ${host} is taken.`, { cause });
    throw new LloomError("CONFIG_INVALID", `The gateway cannot listen on ${host}, port ${port}.`, { cause });
  }
}

function urlOf(server: FastifyInstance): string {
  const { address, family, port } = server.addresses()[0] as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

interface Closing {
  readonly inFlight: InFlight;
  readonly closing: AbortController;
  readonly graceMs: number;
}

/** Connections are cut at the end: one that was opened ahead and never used would hold the server for a minute. */
async function closeServer(server: FastifyInstance, { inFlight, closing, graceMs }: Closing): Promise<void> {
  const closed = server.close();
  if (!(await inFlight.settle(graceMs))) {
    closing.abort();
    await inFlight.settle(CANCEL_MS);
  }
  server.server.closeAllConnections();
  await closed;
}
