import type { Client } from "../client/client.ts";

/** What the gateway needs of a client. */
export type GatewayClient = Pick<Client, "ask" | "changed" | "model" | "models">;
