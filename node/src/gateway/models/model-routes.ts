import type { TokenUnit } from "@lloom/protocol/amounts";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { modelListSchema, modelSchema } from "../described/model-schemas.ts";
import { greedyEnd, type Route } from "../described/route.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { keyCallerOf } from "../keys/key-caller.ts";
import { modelObject } from "./model-object.ts";

/** Names whose first offer is remembered. */
const MOST_REMEMBERED = 4096;

/** What executors offer now: as far as the caller's key may use it, or by one name. */
export function modelRoutes(client: GatewayClient, token: TokenUnit): readonly Route[] {
  const first = new BoundedMap<string, number>({ most: MOST_REMEMBERED });
  /** Offers are made anew all the time: a model is as old as the first one that this gateway has seen. */
  const told = (summary: ModelSummary): object => {
    const { model, offeredAtMs = 0 } = summary;
    const createdMs = Math.min(first.get(model) ?? offeredAtMs, offeredAtMs);
    first.set(model, createdMs);
    return modelObject(summary, { token, created: Math.floor(createdMs / 1000) });
  };
  return [
    {
      ...{ method: "GET", path: "/v1/models" },
      described: {
        ...{ id: "listModels", tag: "models", summary: "What executors offer now, with prices" },
        answers: [{ status: 200, text: "As far as the caller's API key may use it.", schema: modelListSchema }],
      },
      handle: async (request) => {
        const caller = keyCallerOf(request);
        const models = await client.models();
        const usable = caller === undefined ? models : models.filter((summary) => caller.maySee(summary));
        return { object: "list", data: usable.map(told) };
      },
    },
    {
      ...{ method: "GET", path: "/v1/models/{model}", isGreedy: true },
      described: {
        ...{ id: "getModel", tag: "models", summary: "One model, by its name or as NAME@sha256:DIGITS" },
        answers: [{ status: 200, text: "What is offered of it.", schema: modelSchema }],
        problems: [404],
      },
      handle: async (request) => {
        const name = greedyEnd(request);
        const caller = keyCallerOf(request);
        const found = await client.model(name);
        if (found !== undefined && caller?.maySee(found) !== false) return told(found);
        throw new LloomError("MODEL_NOT_FOUND", `No executor offers the model "${name}" now.`, {
          details: { param: "model" },
        });
      },
    },
  ];
}
