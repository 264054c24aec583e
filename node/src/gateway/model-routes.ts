import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ModelSummary } from "../client/discover/model-summary.ts";
import { LloomError } from "../errors.ts";
import type { GatewayClient } from "./gateway-client.ts";

/** A model in OpenAI's shape, with what the market knows about it under `lloom`. */
interface ModelObject {
  readonly id: string;
  readonly object: "model";
  /** Nobody on the network knows when a model was made. */
  readonly created: 0;
  readonly owned_by: "lloom";
  readonly lloom: {
    readonly executors: number;
    /** Cheapest, base units of the payment token per 1 000 000 tokens, decimal. */
    readonly inboundPrice: string;
    readonly outboundPrice: string;
    /** Symbol of the payment token; base units are 10 to the power of `decimals` for one. */
    readonly token: string;
    readonly decimals: number;
    readonly maxContext: number;
    /** All that are sold under the name, those that it stands for first; the figures above are theirs. */
    readonly weights: readonly WeightsObject[];
  };
}

interface WeightsObject {
  /** To be asked for as `NAME@sha256:…`; null for executors that name none. */
  readonly sha256: string | null;
  readonly executors: number;
  /** What these have at stake, whole tokens, decimal. */
  readonly stake: string;
  readonly inboundPrice: string;
  readonly outboundPrice: string;
  readonly maxContext: number;
}

/** GET /v1/models: what executors offer now. */
export const listModels = (client: GatewayClient, token: TokenUnit) => async () => ({
  object: "list",
  data: (await client.models()).map((summary) => modelObject(summary, token)),
});

/** GET /v1/models/NAME, where the name may have slashes. */
export const getModel =
  (client: GatewayClient, token: TokenUnit) =>
  async (request: FastifyRequest<{ Params: { "*": string } }>): Promise<ModelObject> => {
    const name = request.params["*"];
    const found = await client.model(name);
    if (found !== undefined) return modelObject(found, token);
    throw new LloomError("MODEL_NOT_FOUND", `No executor offers the model "${name}" now.`, {
      details: { param: "model" },
    });
  };

/** GET /ready: 200 when a question could be answered now. */
export const ready = (client: GatewayClient) => async (_: FastifyRequest, reply: FastifyReply) => {
  const models = (await client.models()).length;
  if (models > 0) return { status: "ready", models };
  return reply.code(503).send({ status: "waiting", models, reason: "No executor offers a model yet." });
};

function modelObject(
  { model, executors, inboundPrice, outboundPrice, maxContext, weights }: ModelSummary,
  { symbol, decimals }: TokenUnit,
): ModelObject {
  return {
    id: model,
    object: "model",
    created: 0,
    owned_by: "lloom",
    lloom: {
      executors,
      inboundPrice: inboundPrice.toString(),
      outboundPrice: outboundPrice.toString(),
      token: symbol,
      decimals,
      maxContext: Number(maxContext),
      weights: weights.map(({ hash, stake, ...offered }) => ({
        sha256: hash === ZERO_HASH ? null : hash.slice(2),
        executors: offered.executors,
        stake: formatAmount(stake, decimals),
        inboundPrice: offered.inboundPrice.toString(),
        outboundPrice: offered.outboundPrice.toString(),
        maxContext: Number(offered.maxContext),
      })),
    },
  };
}
