import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Background } from "../primitives/background.ts";
import { PROBES } from "../primitives/probes.ts";
import type { Access } from "./access.ts";
import { createCors } from "./cors.ts";
import type { RouteTable } from "./described/route-table.ts";
import type { GatewaySettings } from "./gateway-options.ts";
import { failureOf, HttpError, type HttpProblem, problemOf } from "./http-problem.ts";
import { discardBody } from "./json-body.ts";
import { keyCallerOf } from "./keys/key-caller.ts";
import { limitHeaders } from "./keys/limit-headers.ts";
import { messagesProblem } from "./messages/message-problem.ts";

export interface RequestRulesParts {
  readonly settings: GatewaySettings;
  readonly routes: Pick<RouteTable, "allowed" | "isOpen">;
  readonly access: Access;
  readonly inFlight: Background;
  /** Aborts when no new request is taken. */
  readonly draining: AbortSignal;
  readonly log: Log;
}

/** What holds for every request, whatever its route. */
export interface RequestRules {
  /** Adds the rules to a server that has no routes yet. */
  addTo(server: FastifyInstance): void;
  /** A call's question goes to the network: what goes wrong from now on is no refusal. */
  letIn(request: FastifyRequest): void;
  /** Answers a request whose path the server cannot read, before any route or hook. */
  refuseUrl(thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): void;
}

/** Nothing of a request is read further once a rule refuses it: neither its body nor its content type matters then. */
export function createRequestRules({
  settings,
  routes,
  access,
  inFlight,
  draining,
  log,
}: RequestRulesParts): RequestRules {
  const cors = createCors(settings.corsOrigins);
  const limits = (request: FastifyRequest): Record<string, string> =>
    limitHeaders(keyCallerOf(request), { most: settings.maxConcurrent, running: inFlight.size });
  const letIn = new WeakSet<FastifyRequest>();
  /** Throws where it is not let in; true for a browser's preflight, which has its answer. */
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
    inFlight.run(closed(reply));
    reply.header("x-request-id", request.id);
    const isPreflight = cors.admit(request, reply);
    if (draining.aborted) throw shuttingDown();
    refuseHostless(request);
    if (isPreflight) return true;
    const path = pathOf(request.url);
    if (!routes.isOpen(path)) await access.admit(request);
    if (request.is404) throw unknownRoute(request.method, path, routes.allowed(path));
    refuseEncoded(request);
    // A stream's headers go out as they are now.
    reply.headers(limits(request));
    return false;
  };
  const fail = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = failureOf(thrown);
    const problem = problemOf(failure);
    const { status, headers } = problem;
    const { code, message, details } = failure;
    if (!letIn.has(request)) PROBES.refused.tell({ code });
    const facts = { requestId: request.id, code, problem: message, details };
    // What the parser says of a wrong body may quote it: only what is the gateway's own is logged whole.
    if (status >= 500) log.warn({ ...facts, err: thrown }, "request failed");
    else log.debug(facts, "request failed");
    discardBody(request, reply);
    return reply
      .code(status)
      .headers(headers)
      .send(shapedFor(pathOf(request.url), problem));
  };
  return {
    addTo(server) {
      server.addHook("onRequest", async (request, reply) => {
        if (await admit(request, reply)) return reply.code(204).send();
      });
      /** A reader that takes nothing for so long is cut off; until an answer begins there is nothing to take. */
      server.addHook("onSend", async (request, reply) => {
        reply.headers(limits(request));
        reply.raw.setTimeout(settings.readTimeoutMs);
      });
      server.addHook("onResponse", async (request, reply) => {
        const { method, routeOptions } = request;
        const ms = Math.round(reply.elapsedTime);
        log.info({ requestId: request.id, method, route: routeOptions.url, status: reply.statusCode, ms }, "request");
      });
      server.setErrorHandler(async (thrown, request, reply) => fail(thrown, request, reply));
    },
    letIn(request) {
      letIn.add(request);
    },
    refuseUrl(thrown, request, reply) {
      inFlight.run(closed(reply));
      fail(thrown, request, reply.header("x-request-id", request.id));
    },
  };
}

const closed = ({ raw }: FastifyReply): Promise<void> => new Promise((resolve) => raw.once("close", () => resolve()));

/** In the shape of the API that was called. */
const shapedFor = (path: string, problem: HttpProblem): object =>
  path.startsWith("/v1/messages") ? messagesProblem(problem) : problem.body;

const pathOf = (url: string): string => url.split("?", 1)[0] ?? url;

const shuttingDown = (): HttpError =>
  new HttpError("DRAINING", "The gateway is shutting down.", {
    status: 503,
    headers: { connection: "close" },
    next: "Try again when it is up.",
  });

/** HTTP/1.0 knows no host header; later versions must send it. */
function refuseHostless({ headers, raw }: FastifyRequest): void {
  if (headers.host !== undefined || raw.httpVersion === "1.0") return;
  throw new HttpError("REQUEST_INVALID", "The host header is missing.", { status: 400, next: "Send it." });
}

/** A compressed body may be far larger than it looks. */
function refuseEncoded({ headers }: FastifyRequest): void {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return;
  throw new HttpError("REQUEST_INVALID", "The gateway takes no encoded body.", {
    status: 415,
    next: "Send it as it is, without the header content-encoding.",
  });
}

function unknownRoute(method: string, path: string, allow: string | undefined): LloomError {
  if (allow === undefined) return new LloomError("ROUTE_NOT_FOUND", `No route ${method} ${path}.`);
  return new HttpError("ROUTE_NOT_FOUND", `${path} does not take ${method}.`, {
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    headers: { allow },
    next: `Use ${allow}.`,
  });
}
