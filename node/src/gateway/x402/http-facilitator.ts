import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import type { Facilitator, PaymentOrder } from "./facilitator.ts";
import { type PaymentRequirements, X402_VERSION } from "./payment-form.ts";

/** A longer answer is none. */
const LONGEST_ANSWER = 256 * 1024;
/** Of a reason that is passed on to a payer. */
const LONGEST_REASON = 200;

const reason = z.string().transform((text) => text.replace(/[^\x20-\x7e]/g, "?").slice(0, LONGEST_REASON));
const verdict = z.object({ isValid: z.boolean(), invalidReason: reason.nullish() });
const settlement = z.object({
  success: z.boolean(),
  errorReason: reason.nullish(),
  transaction: z.string().max(128).nullish(),
});
const supported = z.object({
  kinds: z.array(z.object({ x402Version: z.number(), scheme: z.string(), network: z.string() })).max(4096),
});

/**
 * A facilitator of x402 by its URL: `GET /supported`, `POST /verify`, `POST /settle`. It is believed that it has taken what it says it took;
 * what it says it did not take is looked up on the chain. Every call ends with its signal.
 */
export function httpFacilitator(url: string): Facilitator {
  const base = url.replace(/\/+$/, "");
  const ask = async <T>(path: string, form: z.ZodType<T>, options: RequestInit): Promise<T> => {
    const response = await fetch(`${base}${path}`, { redirect: "error", ...options });
    const text = await boundedText(response);
    const parsed = form.safeParse(jsonOf(text));
    // Some say a refusal with a status of its own: what counts is what they say.
    if (parsed.success) return parsed.data;
    throw away(base, `it answered ${path} with status ${response.status} and not in the form of x402`);
  };
  const post = <T>(path: string, form: z.ZodType<T>, order: PaymentOrder, signal: AbortSignal): Promise<T> => {
    const paymentPayload: unknown = JSON.parse(order.payment.text);
    const body = JSON.stringify({
      ...{ x402Version: X402_VERSION, paymentPayload, paymentRequirements: order.requirements },
    });
    const headers = { "content-type": "application/json" };
    return ask(path, form, { method: "POST", headers, body, signal });
  };
  return {
    check: async (requirements, signal) => {
      const { kinds } = await ask("/supported", supported, { signal }).catch((cause: unknown) => {
        throw away(base, cause instanceof Error ? cause.message : "it does not answer", cause);
      });
      if (!kinds.some((kind) => serves(kind, requirements))) throw notServed(base, requirements);
    },
    verify: async (order, signal) => {
      const { isValid, invalidReason } = await post("/verify", verdict, order, signal);
      return isValid ? undefined : (invalidReason ?? "refused");
    },
    settle: async (order, signal) => {
      const { success, errorReason, transaction } = await post("/settle", settlement, order, signal);
      return success
        ? { taken: true, transaction: transaction ?? "" }
        : { taken: false, reason: errorReason ?? "refused" };
    },
  };
}

const serves = (
  kind: { readonly x402Version: number; readonly scheme: string; readonly network: string },
  { scheme, network }: PaymentRequirements,
): boolean => kind.x402Version === X402_VERSION && kind.scheme === scheme && kind.network === network;

const notServed = (base: string, { scheme, network }: PaymentRequirements): LloomError =>
  new LloomError("CONFIG_INVALID", `The facilitator at ${originOf(base)} does not take ${scheme} on ${network}.`, {
    next: "Name another one by --x402-facilitator, or let the gateway take payments itself: --x402-facilitator local.",
  });

const away = (base: string, problem: string, cause?: unknown): LloomError =>
  new LloomError("CONFIG_INVALID", `The facilitator at ${originOf(base)} cannot be used: ${problem}.`, {
    ...(cause !== undefined && { cause }),
    next: "Correct --x402-facilitator, or wait until it answers.",
  });

/** A path or a query may hold a key. */
function originOf(base: string): string {
  try {
    return new URL(base).origin;
  } catch {
    return "its address";
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function boundedText({ body }: Response): Promise<string> {
  if (body === null) return "";
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > LONGEST_ANSWER) return "";
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
