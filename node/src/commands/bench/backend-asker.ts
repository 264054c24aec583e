import type { Backend, BackendModel, Completion } from "../../backend/backend.ts";
import { LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { longPrompt } from "./bench-prompts.ts";
import type { Asker } from "./round.ts";

/** The likeliest token each time, as sellers are mostly asked. */
const SAMPLING: Completion["sampling"] = {
  ...{ temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
};
/** A token is less than a word in every vocabulary. */
const TOKENS_OF_WORD = 2;

const completionOf = (model: string, prompt: string, maxOutboundTokens: number): Completion => ({
  ...{ model, messages: [{ role: "user", content: prompt }], sampling: SAMPLING, maxOutboundTokens },
});

/** Asks a backend itself: no network, no signatures, no money. */
export const askBackend =
  (backend: Backend, { model }: BackendModel): Asker =>
  async (prompt, maxTokens, signal) => {
    const startedMs = steadyClock();
    let firstMs: number | undefined;
    for await (const event of backend.complete(completionOf(model, prompt, maxTokens), signal)) {
      if (event.type === "text" && event.text !== "") firstMs ??= steadyClock() - startedMs;
      if (event.type !== "end") continue;
      if (event.finishReason === "cancelled") throw new LloomError("CANCELLED", "The measuring was stopped.");
      const { inboundTokens, outboundTokens } = event;
      return { firstMs: firstMs ?? steadyClock() - startedMs, inboundTokens, outboundTokens };
    }
    throw new LloomError("BACKEND_FAILED", "The backend ended an answer without saying so.");
  };

/** Words of a prompt that has about so many tokens, and leaves half of the context free. */
export async function wordsFor(
  backend: Backend,
  { model, maxContext }: BackendModel,
  { tokens, signal }: { readonly tokens: number; readonly signal: AbortSignal },
): Promise<number> {
  const wanted = Math.min(tokens, Math.floor(maxContext / 2));
  const words = Math.max(1, Math.floor(wanted / TOKENS_OF_WORD));
  const counted = await backend.countInbound(completionOf(model, longPrompt(words, 0, 1), 1), signal);
  return counted === undefined || counted === 0 ? words : Math.max(1, Math.floor((words * wanted) / counted));
}
