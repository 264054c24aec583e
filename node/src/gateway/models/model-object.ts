import { formatAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { quantisationOf } from "../../client/choose/quantisation.ts";
import type { ModelSummary } from "../../client/discover/model-summary.ts";

/** Tokens that are worth a dollar each, by their symbols: of all others nobody here knows a price in dollars. */
const DOLLARS: ReadonlySet<string> = new Set(["USDC", "USDC.e", "USDT", "USDS", "DAI", "PYUSD", "USDP", "GUSD"]);

/** What features are called as fields of a request. */
const SAMPLING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  min_p: ["min_p"],
  penalties: ["presence_penalty", "frequency_penalty"],
  repeat_penalty: ["repetition_penalty"],
  logit_bias: ["logit_bias"],
  embedding_dimensions: ["dimensions"],
};
const ALWAYS = ["temperature", "top_p", "top_k", "stop", "seed", "max_tokens"];
const OUTPUTS: Readonly<Record<string, string>> = { tools: "tools", json_schema: "structured_outputs" };

/** A model in OpenAI's shape, with what OpenRouter's list for providers has beside it, and the market's figures under `lloom`. */
export function modelObject(
  {
    model,
    executors,
    inboundPrice,
    outboundPrice,
    maxContext,
    weights,
    features = [],
    conversations = true,
    forms,
  }: ModelSummary,
  { token, created }: { readonly token: TokenUnit; readonly created: number },
): Record<string, unknown> {
  const { symbol, decimals } = token;
  const context = Number(maxContext);
  const perToken = (price: bigint): string => decimalText(price, decimals + MILLION_DIGITS);
  return {
    id: model,
    object: "model",
    created,
    owned_by: "lloom",
    name: model,
    context_length: context,
    max_output_length: context,
    quantization: quantisationOf(weights[0].precision),
    input_modalities: ["text"],
    output_modalities: [...(conversations ? ["text"] : []), ...(features.includes("embedding") ? ["embeddings"] : [])],
    supported_sampling_parameters: [
      ...(conversations ? ALWAYS : []),
      ...features.flatMap((feature) => SAMPLING_FIELDS[feature] ?? []),
    ],
    supported_features: [
      ...(conversations ? ["json_mode"] : []),
      ...features.flatMap((feature) => OUTPUTS[feature] ?? []),
    ],
    ...(DOLLARS.has(symbol) && {
      pricing: { prompt: perToken(inboundPrice), completion: perToken(conversations ? outboundPrice : 0n) },
    }),
    lloom: {
      executors,
      inboundPrice: inboundPrice.toString(),
      outboundPrice: outboundPrice.toString(),
      token: symbol,
      decimals,
      maxContext: context,
      /** All that are sold under the name, those that it stands for first; the figures above are theirs. */
      weights: weights.map(({ hash, stake, precision, ...offered }) => ({
        // To be asked for as `NAME@sha256:…`; null for executors that name none.
        sha256: hash === ZERO_HASH ? null : hash.slice(2),
        ...(precision !== undefined && { precision }),
        executors: offered.executors,
        stake: formatAmount(stake, decimals),
        inboundPrice: offered.inboundPrice.toString(),
        outboundPrice: offered.outboundPrice.toString(),
        maxContext: Number(offered.maxContext),
      })),
      features,
      // As this gateway has counted them.
      ...(forms && { validity: { toolCalls: forms.calls, schemas: forms.schema } }),
      /** False: it only embeds. */
      conversations,
    },
  };
}

/** Prices are per 1 000 000 tokens. */
const MILLION_DIGITS = 6;

/** A whole number of units as a decimal fraction of `decimals` digits, without zeros at its end. */
function decimalText(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return `${digits.slice(0, -decimals)}${fraction && `.${fraction}`}`;
}
