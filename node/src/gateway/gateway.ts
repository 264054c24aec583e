import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { Background } from "../primitives/background.ts";
import { type Access, createAccess } from "./access.ts";
import type { PaidDeployment } from "./answer-facts.ts";
import { answerRoute } from "./answer-route.ts";
import { batchEndpoints } from "./batch-endpoints.ts";
import {
  type AddingParts,
  addBatches,
  type BatchStore,
  type RunningBatches,
  refuseBatches,
} from "./batches/add-batches.ts";
import type { AnsweringParts } from "./begin-answer.ts";
import { cachedAsk } from "./cache/cached-ask.ts";
import { chatApi } from "./chat/chat-api.ts";
import { completionApi } from "./completions/completion-api.ts";
import { machineRoutes } from "./described/machine-routes.ts";
import { RouteTable } from "./described/route-table.ts";
import { embeddingApi } from "./embeddings/embedding-api.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { type GatewayOptions, type GatewaySettings, gatewaySettings } from "./gateway-options.ts";
import { createHttpServer } from "./http-server.ts";
import { type CallMemory, KeyedAnswers } from "./keyed-answers.ts";
import { KeyAccounts } from "./keys/key-accounts.ts";
import { keyRoutes } from "./keys/key-routes.ts";
import type { KeyStore } from "./keys/key-store.ts";
import { createLimitedAsk, questionOf } from "./limited-ask.ts";
import { listenProblem } from "./listening.ts";
import { mcpRoute } from "./mcp/mcp-route.ts";
import type { ExecutorLook } from "./mcp/tool.ts";
import { TOOLS } from "./mcp/tools.ts";
import { messageApi } from "./messages/message-api.ts";
import { modelRoutes } from "./models/model-routes.ts";
import { createRequestRules } from "./request-rules.ts";
import { responseApi } from "./responses/response-api.ts";
import { type MetricsText, stateRoutes } from "./state-routes.ts";
import { PaymentDoor, type X402Parts } from "./x402/payment-door.ts";

export interface GatewayParts {
  readonly client: GatewayClient;
  readonly memory: CallMemory;
  /** API keys with limits, where they are kept. */
  readonly keys?: KeyStore;
  /** Lets callers without an account in for a payment each; without it nobody is. */
  readonly x402?: X402Parts;
  readonly deployment: PaidDeployment;
  readonly log: Log;
  readonly options: GatewayOptions;
  /** Files and batches, where they are kept; why that cannot be opened, if it cannot. */
  readonly batches?: BatchStore | LloomError;
  /** Looks at executors, for who asks about one. */
  readonly executorFacts?: ExecutorLook;
  /** What `/metrics` tells, where that is measured. */
  readonly metrics?: MetricsText;
}

/** A listening gateway. Closing refuses new calls, lets running answers end for a while, then cancels them. */
export interface Gateway extends AsyncDisposable {
  /** Without the `/v1` that OpenAI's clients want. */
  readonly url: string;
}

/** Of calls that can be paid in place of an API key. */
const PAID_PATHS: ReadonlySet<string> = new Set(
  [chatApi, completionApi, responseApi, messageApi, embeddingApi].map(({ path }) => path),
);

/** Time that a cancelled answer has to come to its end. */
const CANCEL_MS = 5_000;

/**
 * Serves OpenAI's API over a client of the network. Throws CONFIG_INVALID, PORT_TAKEN.
 * Prompts and answers are never logged.
 */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { client, memory, keys, x402, deployment, log, options, metrics, executorFacts, batches } = parts;
  const settings = gatewaySettings({ ...options, takesPayments: x402 !== undefined });
  const draining = new AbortController();
  const closing = new AbortController();
  /** Answers that are not yet written to their end. */
  const inFlight = new Background();
  const accounts = keys && new KeyAccounts(keys, deployment.token);
  const access = createAccess(settings.apiKeys, accounts, x402 && { paths: PAID_PATHS });
  const routes = new RouteTable();
  const rules = createRequestRules({ settings, routes, access, inFlight, draining: draining.signal, log });
  const server = createHttpServer(settings, rules);
  rules.addTo(server);
  const keyed = new KeyedAnswers(memory, deployment);
  const { token } = deployment;
  const money = { token, chargeOf: keys?.chargeOf };
  const limited = cachedAsk(createLimitedAsk(client, settings, money), { keepMs: settings.cacheMs });
  const door =
    x402 &&
    new PaymentDoor({
      ...{ ...x402, token, log, model: (name) => client.model(name) },
      questionOf: (asked) => questionOf({ client, settings, money, payer: undefined, cap: undefined }, asked),
    });
  void door?.recover().catch((cause: unknown) => log.warn({ err: cause }, "payments of before were not looked at"));
  const answering = { limited, keyed, door, deployment, log, settings, closing: closing.signal, onLetIn: rules.letIn };
  const asksForKey = (): boolean => settings.apiKeys.length > 0 || accounts?.areAsked === true;
  routes.add(server, [
    answerRoute(answering, chatApi),
    answerRoute(answering, completionApi),
    answerRoute(answering, responseApi),
    answerRoute(answering, messageApi),
    answerRoute(answering, embeddingApi),
    mcpRoute({ ...answering, client, executorFacts }),
    ...modelRoutes(client, token),
    ...keyRoutes(token),
    ...stateRoutes(client, metrics),
    ...machineRoutes({ client, token, routes: () => routes.all, skills: TOOLS, asksForKey }),
  ]);
  const running = await openBatches(server, batches, {
    ...{ answering, routes, access, inFlight, draining: draining.signal },
    ...{ changed: client.changed, origins: settings.corsOrigins },
  });
  await listen(server, settings);
  running?.start();
  const url = urlOf(server);
  log.info({ url }, "gateway listens");
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await closeServer(server, { inFlight, draining, closing, graceMs: settings.closeGraceMs });
      await running?.[Symbol.asyncDispose]();
    },
  };
}

interface BatchesOpening extends Pick<AddingParts, "routes" | "inFlight" | "draining" | "changed" | "origins"> {
  readonly answering: AnsweringParts;
  readonly access: Access;
}

async function openBatches(
  server: FastifyInstance,
  store: BatchStore | LloomError | undefined,
  { answering, access, ...running }: BatchesOpening,
): Promise<RunningBatches | undefined> {
  if (store === undefined) return undefined;
  if (store instanceof LloomError) {
    await refuseBatches(server, store);
    return undefined;
  }
  const { deployment, log } = answering;
  const keyed = new KeyedAnswers({ calls: store.calls, fateOf: store.fateOf }, deployment);
  const endpoints = batchEndpoints({ ...answering, keyed });
  return addBatches(server, store, { ...running, callerOf: access.callerOf, endpoints, token: deployment.token, log });
}

async function listen(server: FastifyInstance, { host, port }: GatewaySettings): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    throw listenProblem(cause, { host, port });
  }
}

function urlOf(server: FastifyInstance): string {
  const { address, family, port } = server.addresses()[0] as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

interface Closing {
  readonly inFlight: Background;
  readonly draining: AbortController;
  readonly closing: AbortController;
  readonly graceMs: number;
}

/** Connections are cut at the end: one that was opened ahead and never used would hold the server for a minute. */
async function closeServer(server: FastifyInstance, { inFlight, draining, closing, graceMs }: Closing): Promise<void> {
  draining.abort();
  const closed = server.close();
  if (!(await inFlight.ended(graceMs))) {
    closing.abort();
    await inFlight.ended(CANCEL_MS);
  }
  server.server.closeAllConnections();
  await closed;
}
