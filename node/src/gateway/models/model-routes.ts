import type { TokenUnit } from "@lloom/protocol/amounts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { keyCallerOf } from "../keys/key-caller.ts";
import { modelObject } from "./model-object.ts";

/** Names whose first offer is remembered. */
const MOST_REMEMBERED = 4096;

/** Routes about models. */
export interface ModelRoutes {
  /** GET /v1/models: what executors offer now, as far as the caller's key may use it. */
  readonly list: (request: FastifyRequest) => Promise<object>;
  /** GET /v1/models/NAME, where the name may have slashes, likewise. */
  readonly get: (request: FastifyRequest<{ Params: { "*": string } }>) => Promise<object>;
}

export function modelRoutes(client: GatewayClient, token: TokenUnit): ModelRoutes {
  const first = new BoundedMap<string, number>({ most: MOST_REMEMBERED });
  /** Offers are made anew all the time: a model is as old as the first one that this gateway has seen. */
  const told = (summary: ModelSummary): object => {
    const { model, offeredAtMs = 0 } = summary;
    const createdMs = Math.min(first.get(model) ?? offeredAtMs, offeredAtMs);
    first.set(model, createdMs);
    return modelObject(summary, { token, created: Math.floor(createdMs / 1000) });
  };
  return {
    list: async (request) => {
      const caller = keyCallerOf(request);
      const models = await client.models();
      const usable = caller === undefined ? models : models.filter((summary) => caller.maySee(summary));
      return { object: "list", data: usable.map(told) };
    },
    get: async (request) => {
      const name = request.params["*"];
      const caller = keyCallerOf(request);
      const found = await client.model(name);
      if (found !== undefined && caller?.maySee(found) !== false) return told(found);
      throw new LloomError("MODEL_NOT_FOUND", `No executor offers the model "${name}" now.`, {
        details: { param: "model" },
      });
    },
  };
}

/** GET /ready: 200 when a question could be answered now. */
export const ready = (client: GatewayClient) => async (_: FastifyRequest, reply: FastifyReply) => {
  const models = (await client.models()).length;
  if (models > 0) return { status: "ready", models };
  return reply.code(503).send({ status: "waiting", models, reason: "No executor offers a model yet." });
};
