import type { Backend } from "../../backend/backend.ts";
import { LloomError } from "../../errors.ts";
import type { Canary } from "../canary/draw-canary.ts";
import type { HonestAnswer } from "./honest-messages.ts";

const never = new AbortController().signal;

/** A backend's whole answer to a canary, as an executor would sell it. Throws what the backend throws, BACKEND_FAILED. */
export async function answerCanary(
  backend: Backend,
  { messages, sampling, maxOutboundTokens }: Canary,
): Promise<HonestAnswer> {
  const [{ model } = { model: "" }] = await backend.listModels(never);
  let text = "";
  for await (const event of backend.complete({ model, messages, sampling, maxOutboundTokens, asOfSeconds: 0 }, never)) {
    if (event.type === "end") {
      const { trace = [], inboundTokens, outboundTokens } = event;
      return { text, trace, inboundTokens, outboundTokens };
    }
    text += event.text;
  }
  throw new LloomError("BACKEND_FAILED", "The answer has no end.");
}
