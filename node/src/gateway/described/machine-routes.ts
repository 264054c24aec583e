import type { TokenUnit } from "@lloom/protocol/amounts";
import { z } from "@lloom/protocol/zod";
import type { GatewayClient } from "../gateway-client.ts";
import { agentCard, type Skill } from "./agent-card.ts";
import { llmsText } from "./llms-text.ts";
import { openApiDocument } from "./openapi.ts";
import { addressOf } from "./own-address.ts";
import type { Route } from "./route.ts";

export interface MachineRoutesParts {
  readonly client: GatewayClient;
  readonly token: TokenUnit;
  /** Every route of the gateway, these among them. */
  readonly routes: () => readonly Route[];
  readonly skills: readonly Skill[];
  readonly asksForKey: () => boolean;
}

const cardSchema = z
  .looseObject({
    ...{ name: z.string(), description: z.string(), version: z.string() },
    supportedInterfaces: z
      .array(z.object({ url: z.string(), protocolBinding: z.string(), protocolVersion: z.string() }))
      .min(1),
    capabilities: z.looseObject({}),
    ...{ defaultInputModes: z.array(z.string()), defaultOutputModes: z.array(z.string()) },
    skills: z
      .array(z.object({ id: z.string(), name: z.string(), description: z.string(), tags: z.array(z.string()) }))
      .min(1),
  })
  .meta({ id: "AgentCard" });

/** What machines read of the gateway before they call it. None of it is a secret, so it asks for no API key. */
export function machineRoutes({ client, token, routes, skills, asksForKey }: MachineRoutesParts): readonly Route[] {
  let document: object | undefined;
  return [
    {
      ...{ method: "GET", path: "/openapi.json", isOpen: true },
      described: {
        ...{ id: "getOpenApi", tag: "machines", summary: "This description, in OpenAPI 3.1" },
        answers: [{ status: 200, text: "Made of what the routes read and tell.", schema: z.looseObject({}) }],
      },
      handle: (request) => {
        // Once: it is long, and anybody may ask for it.
        document ??= openApiDocument(routes());
        return { ...document, servers: [{ url: addressOf(request) }] };
      },
    },
    {
      ...{ method: "GET", path: "/llms.txt", isOpen: true },
      described: {
        ...{
          id: "getLlmsText",
          tag: "machines",
          summary: "What the gateway is and how to ask it, with models and prices",
        },
        answers: [{ status: 200, text: "Markdown, for language models.", schema: z.string(), type: "text/plain" }],
      },
      handle: async (request, reply) => {
        const models = await client.models();
        reply.type("text/plain; charset=utf-8");
        return llmsText({ models, url: addressOf(request), token, asksForKey: asksForKey() });
      },
    },
    {
      ...{ method: "GET", path: "/.well-known/agent-card.json", isOpen: true },
      described: {
        ...{ id: "getAgentCard", tag: "machines", summary: "The gateway as an A2A agent card" },
        answers: [{ status: 200, text: "Version 1.0 of A2A, by which it is not asked.", schema: cardSchema }],
      },
      handle: (request) => agentCard({ skills, url: addressOf(request), asksForKey: asksForKey() }),
    },
  ];
}
