import { describe, expect, it } from "vitest";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import { modelObject } from "./model-object.ts";

const terms = { executors: 2, stake: 5_000_000n, inboundPrice: 1n, outboundPrice: 2n, maxContext: 8192n };
const weights = (byte: string, precision: string) => ({ ...terms, hash: `0x${byte.repeat(32)}` as const, precision });
const SUMMARY: ModelSummary = {
  weights: [weights("ab", "Q4_K_M"), weights("cd", "F16")],
  ...{ model: "m", executors: 2, inboundPrice: 100_000n, outboundPrice: 2_000_000n, maxContext: 8192n },
  features: ["min_p", "penalties", "json_schema", "tools"],
};
const told = (symbol: string, changes: Partial<typeof SUMMARY> = {}, decimals = 6) =>
  modelObject({ ...SUMMARY, ...changes }, { token: { symbol, decimals }, created: 7 });

describe("a model of the list", () => {
  it("has prices per token, in dollars where the token is one and nowhere else", () => {
    expect(told("USDC")).toMatchObject({ pricing: { prompt: "0.0000001", completion: "0.000002" } });
    expect(told("DAI", { outboundPrice: 3n * 10n ** 24n }, 18)).toMatchObject({ pricing: { completion: "3" } });
    expect(told("USDC", { inboundPrice: 0n })).toMatchObject({ pricing: { prompt: "0" } });
    expect(told("LLT")).not.toHaveProperty("pricing");
  });

  it("says how many answers had the form that was asked for, where any was counted", () => {
    const forms = { calls: { valid: 7, invalid: 1 }, schema: { valid: 0, invalid: 0 } };
    expect(told("LLT", { forms })).toMatchObject({
      lloom: { validity: { toolCalls: forms.calls, schemas: forms.schema } },
    });
    expect(told("LLT")).not.toHaveProperty("lloom.validity");
  });

  it("says how the weights that its name stands for are stored, and each of those under it", () => {
    expect(told("LLT")).toMatchObject({
      quantization: "int4",
      lloom: {
        weights: [
          { precision: "Q4_K_M", stake: "5" },
          { sha256: "cd".repeat(32), precision: "F16" },
        ],
      },
    });
    expect(told("LLT", { weights: [weights("ab", "IQ3_S")] })).toMatchObject({ quantization: null });
  });

  it("says whether it answers, makes vectors, or both, and that vectors cost nothing but their prompts", () => {
    expect(told("LLT")).toMatchObject({ output_modalities: ["text"], lloom: { conversations: true } });
    expect(told("LLT", { features: ["embedding"] })).toMatchObject({ output_modalities: ["text", "embeddings"] });
    const features = ["embedding", "embedding_dimensions"];
    expect(told("USDC", { features, conversations: false })).toMatchObject({
      ...{ output_modalities: ["embeddings"], supported_sampling_parameters: ["dimensions"], supported_features: [] },
      ...{ pricing: { prompt: "0.0000001", completion: "0" }, lloom: { features, conversations: false } },
    });
  });

  it("says what some executor can do", () => {
    expect(told("LLT")).toMatchObject({
      ...{ created: 7, context_length: 8192, supported_features: ["json_mode", "structured_outputs", "tools"] },
      supported_sampling_parameters: expect.arrayContaining(["seed", "min_p", "presence_penalty"]),
    });
  });
});
