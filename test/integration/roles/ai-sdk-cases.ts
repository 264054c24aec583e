/** Vercel's AI SDK against a gateway: objects by a schema, tools that run, vectors, streams, and one that is broken off. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateObject, generateText, isStepCount, jsonSchema, Output, streamText, tool } from "ai";
import { describe, expect, it } from "vitest";

/** The parts of the gateway's world that the cases need. */
interface Door {
  readonly url: string;
  readonly model: string;
}

export function aiSdkCases(door: () => Door): void {
  const chat = () => provider().chatModel(door().model);
  const provider = () =>
    createOpenAICompatible({
      ...{ name: "lloom", baseURL: `${door().url}/v1`, includeUsage: true, supportsStructuredOutputs: true },
    });
  const picked = jsonSchema<{ one: "a" | "b" }>({
    type: "object",
    properties: { one: { type: "string", enum: ["a", "b"] } },
    required: ["one"],
    additionalProperties: false,
  });

  describe("the AI SDK", { timeout: 120_000 }, () => {
    it("gets an object that meets its schema, in either way of asking for one", async () => {
      const asked = { model: chat(), prompt: "Hi", maxOutputTokens: 40, seed: 1 };
      const { object, usage } = await generateObject({ ...asked, schema: picked });
      expect(["a", "b"]).toContain(object.one);
      expect(usage.outputTokens).toBeGreaterThan(0);
      const { output } = await generateText({ ...asked, output: Output.object({ schema: picked }) });
      expect(output).toEqual(object);
    });

    it("has its tools called, and goes on with what they gave", async () => {
      const given: unknown[] = [];
      const pick = tool({
        description: "Picks one.",
        inputSchema: picked,
        execute: async ({ one }) => {
          given.push(one);
          return "It is a.";
        },
      });
      const asked = { model: chat(), prompt: "Hi", tools: { pick }, maxOutputTokens: 80, seed: 1 };
      const { steps, finishReason } = await generateText({
        ...asked,
        toolChoice: "required",
        stopWhen: isStepCount(2),
        prepareStep: ({ stepNumber }) => (stepNumber === 0 ? {} : { toolChoice: "none" as const }),
      });
      expect(given.length).toBeGreaterThan(0);
      for (const one of given) expect(["a", "b"]).toContain(one);
      expect(steps).toHaveLength(2);
      expect(steps[0]?.finishReason).toBe("tool-calls");
      expect(["stop", "length"]).toContain(finishReason);
    });

    it("gets calls out of a stream", async () => {
      const { toolCalls, finishReason } = streamText({
        ...{ model: chat(), prompt: "Hi", maxOutputTokens: 80, seed: 2 },
        tools: { pick: tool({ description: "Picks one.", inputSchema: picked }) },
        toolChoice: { type: "tool", toolName: "pick" },
      });
      expect(await toolCalls).toMatchObject([{ toolName: "pick", input: { one: expect.stringMatching(/^[ab]$/) } }]);
      expect(await finishReason).toBe("tool-calls");
    });

    it("gets a stream with its usage, the same text as whole", async () => {
      const asked = { model: chat(), prompt: "Hi", maxOutputTokens: 6, temperature: 0 };
      const streamed = streamText(asked);
      let text = "";
      for await (const part of streamed.textStream) text += part;
      const whole = await generateText(asked);
      expect(text).toBe(whole.text);
      expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens);
    });

    it("gets vectors of several texts", async () => {
      const { embeddings, usage } = await embedMany({
        model: provider().embeddingModel(door().model),
        values: ["What is Lloom?", "What is a lane?"],
      });
      expect(embeddings.map(({ length }) => length)).toEqual([160, 160]);
      expect(usage.tokens).toBeGreaterThan(0);
    });

    it("hears what is wrong, without trying again what cannot succeed", async () => {
      const asked = { model: provider().chatModel("no-such-model"), prompt: "Hi" };
      await expect(generateText(asked)).rejects.toMatchObject({ statusCode: 404, isRetryable: false });
    });
  });
}
