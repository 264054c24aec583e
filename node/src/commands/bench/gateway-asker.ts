import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { callGateway, type GatewayAt } from "../open/gateway-at.ts";
import type { Asker } from "./round.ts";

/** What it sells of a model, base units per 1 000 000 tokens. */
export interface GatewayModel {
  readonly model: string;
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  readonly token: { readonly symbol: string; readonly decimals: number };
}

/** Most that may be asked for, base units per 1 000 000 tokens. */
export interface PriceBound {
  readonly inbound: string;
  readonly outbound: string;
}

const units = z
  .string()
  .regex(/^\d{1,39}$/)
  .transform(BigInt);
const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      lloom: z.object({ inboundPrice: units, outboundPrice: units, token: z.string(), decimals: z.number().int() }),
    }),
  ),
});
const chunkSchema = z.object({
  error: z.object({ message: z.string() }).optional(),
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }).optional() })).optional(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
  lloom: z.object({ cost: units }).optional(),
});
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** Models that it lists. Throws CONFIG_INVALID where none is a gateway, and what it says. */
export async function gatewayModels(gateway: GatewayAt, signal: AbortSignal): Promise<readonly GatewayModel[]> {
  const answer = await callGateway(gateway, { path: "/v1/models", signal });
  const list = listSchema.safeParse(await answer.json().catch(() => undefined)).data;
  if (list === undefined)
    throw new LloomError("CONFIG_INVALID", `${gateway.url} lists no models as a gateway of Lloom does.`, {
      next: "Give --gateway the address that lloom gateway prints, such as http://127.0.0.1:8080.",
    });
  return list.data.map(({ id, lloom: { inboundPrice, outboundPrice, token, decimals } }) => ({
    ...{ model: id, inboundPrice, outboundPrice, token: { symbol: token, decimals } },
  }));
}

/** Asks as any client of OpenAI's API, for a price that is bounded. */
export const askGateway =
  (gateway: GatewayAt, model: string, most: PriceBound): Asker =>
  async (prompt, maxTokens, signal) => {
    const startedMs = steadyClock();
    const body = {
      ...{ model, messages: [{ role: "user", content: prompt }], max_tokens: maxTokens, temperature: 0 },
      ...{ stream: true, stream_options: { include_usage: true } },
      provider: { max_price: { prompt: most.inbound, completion: most.outbound } },
    };
    const answer = await callGateway(gateway, { path: "/v1/chat/completions", body, signal });
    let firstMs: number | undefined;
    let usage = { prompt_tokens: 0, completion_tokens: 0 };
    let cost = 0n;
    for await (const data of eventsOf(answer)) {
      const chunk = chunkSchema.safeParse(parsed(data)).data;
      if (chunk?.error !== undefined) throw new LloomError("STREAM_INTERRUPTED", chunk.error.message);
      if (chunk?.choices?.some(({ delta }) => (delta?.content ?? "") !== "")) firstMs ??= steadyClock() - startedMs;
      usage = chunk?.usage ?? usage;
      cost = chunk?.lloom?.cost ?? cost;
    }
    if (usage.prompt_tokens === 0) throw new LloomError("STREAM_INTERRUPTED", "The answer ended without its counts.");
    return {
      firstMs: firstMs ?? steadyClock() - startedMs,
      ...{ inboundTokens: usage.prompt_tokens, outboundTokens: usage.completion_tokens, cost },
    };
  };

/** The data of each event. */
async function* eventsOf({ body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let [rest, length] = ["", 0];
  for await (const bytes of body ?? []) {
    const piece = decoder.decode(bytes, { stream: true });
    length += piece.length;
    if (length > MOST_CHARACTERS) throw new LloomError("STREAM_INTERRUPTED", "The answer is longer than any answer.");
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice(6);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
