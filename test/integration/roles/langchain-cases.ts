/** LangChain against a gateway: bound tools, structured output by schema and by function, streams, vectors. */
import { HumanMessage, ToolMessage, type UsageMetadata } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "@lloom/protocol/zod";
import { describe, expect, it } from "vitest";

/** The parts of the gateway's world that the cases need. */
interface Door {
  readonly url: string;
  readonly model: string;
}

const picked = z.object({ one: z.enum(["a", "b"]) });

/** LangChain's types name no fields of it. */
const tokensOf = (usage: unknown): number => (usage as UsageMetadata | undefined)?.output_tokens ?? 0;

export function langChainCases(door: () => Door): void {
  const configuration = () => ({ baseURL: `${door().url}/v1` });
  const chat = (change: object = {}) =>
    new ChatOpenAI({
      ...{ model: door().model, apiKey: "none", maxRetries: 0, maxTokens: 80, configuration: configuration() },
      ...change,
    });

  describe("LangChain", { timeout: 120_000 }, () => {
    it("has bound tools called, and goes on with what they gave", async () => {
      const pick = tool(async ({ one }) => `It is ${one}.`, {
        ...{ name: "pick", description: "Picks one.", schema: picked },
      });
      const bound = chat().bindTools([pick], { tool_choice: "required" });
      const question = new HumanMessage("Hi");
      const called = await bound.invoke([question]);
      const calls = called.tool_calls ?? [];
      expect(calls.length).toBeGreaterThan(0);
      const gave = await Promise.all(calls.map((call) => pick.invoke({ ...call, type: "tool_call" as const })));
      for (const result of gave as ToolMessage[]) {
        expect(result).toBeInstanceOf(ToolMessage);
        expect(result.content).toMatch(/^It is [ab]\.$/);
      }
      const next = await chat({ maxTokens: 8 }).invoke([question, called, ...(gave as ToolMessage[])]);
      expect(next.text).not.toBe("");
    });

    it.each(["jsonSchema", "functionCalling"] as const)("gets structured output by %s", async (method) => {
      const structured = chat({ temperature: 0 }).withStructuredOutput(picked, { name: "pick", method });
      expect(picked.safeParse(await structured.invoke("Hi")).success).toBe(true);
    });

    it("gets a stream with its usage", async () => {
      const asked = chat({ maxTokens: 6, temperature: 0, streamUsage: true });
      let text = "";
      let outbound = 0;
      for await (const chunk of await asked.stream("Hi")) {
        text += chunk.text;
        outbound += tokensOf(chunk.usage_metadata);
      }
      const whole = await asked.invoke("Hi");
      expect(text).toBe(whole.text);
      expect(outbound).toBe(tokensOf(whole.usage_metadata));
      expect(outbound).toBeGreaterThan(0);
    });

    it("gets vectors of several texts", async () => {
      const { model } = door();
      const embeddings = new OpenAIEmbeddings({ model, apiKey: "none", maxRetries: 0, configuration: configuration() });
      const vectors = await embeddings.embedDocuments(["What is Lloom?", "What is a lane?"]);
      expect(vectors.map(({ length }) => length)).toEqual([160, 160]);
    });
  });
}
