import { z } from "@lloom/protocol/zod";
import { LloomError } from "../errors.ts";
import type { Route } from "./described/route.ts";
import type { GatewayClient } from "./gateway-client.ts";

/** Metrics as Prometheus reads them. */
export type MetricsText = () => Promise<{ readonly type: string; readonly body: string }>;

const healthSchema = z.object({ status: z.literal("ok") });
const readySchema = z.object({ status: z.literal("ready"), models: z.int() });
const waitingSchema = z.object({ status: z.literal("waiting"), models: z.int(), reason: z.string() });

/** How the gateway stands: for whoever restarts it, sends it callers, or measures it. */
export function stateRoutes(client: GatewayClient, metrics: MetricsText | undefined): readonly Route[] {
  return [
    {
      ...{ method: "GET", path: "/health", isOpen: true },
      described: {
        ...{ id: "getHealth", tag: "state", summary: "Whether the gateway runs" },
        answers: [{ status: 200, text: "It runs.", schema: healthSchema }],
      },
      handle: () => ({ status: "ok" }),
    },
    {
      ...{ method: "GET", path: "/ready", isOpen: true },
      described: {
        ...{ id: "getReady", tag: "state", summary: "Whether a question could be answered now" },
        answers: [
          { status: 200, text: "A model is offered.", schema: readySchema },
          { status: 503, text: "None is yet, or the gateway is shutting down.", schema: waitingSchema },
        ],
      },
      handle: async (_, reply) => {
        const models = (await client.models()).length;
        if (models > 0) return { status: "ready", models };
        return reply.code(503).send({ status: "waiting", models, reason: "No executor offers a model yet." });
      },
    },
    {
      ...{ method: "GET", path: "/metrics" },
      described: {
        ...{ id: "getMetrics", tag: "state", summary: "Metrics for Prometheus" },
        answers: [{ status: 200, text: "In Prometheus' text.", schema: z.string(), type: "text/plain" }],
        problems: [404],
      },
      handle: async (_, reply) => {
        if (metrics === undefined) throw new LloomError("ROUTE_NOT_FOUND", "Nothing is measured here.");
        const { type, body } = await metrics();
        reply.type(type);
        return body;
      },
    },
  ];
}
