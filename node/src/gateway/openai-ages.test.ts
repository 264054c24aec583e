/** OpenAI's client as it is now and as it was a year ago, with its own time limits and second tries. */
import { vectorLine } from "@lloom/protocol/form/vectors";
import OpenAI from "openai";
import YearOld from "openai-2025";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, END, failing, hanging } from "../../../test/support/staged-client.ts";
import { ASK, type StagedGateway, stageGateway, thrownBy } from "../../../test/support/staged-gateway.ts";
import type { AskEvent } from "../client/question.ts";
import { LloomError } from "../errors.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };
const CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';
const TOOL = { type: "function" as const, function: { name: "f", parameters: { type: "object" } } };
const MANY = 100;

let staged: StagedGateway;
let url: string;
beforeEach(async () => {
  staged = stageGateway();
  ({ url } = await staged.start());
});
afterEach(() => staged[Symbol.asyncDispose]());

describe.each([
  ["the newest", OpenAI],
  ["a year old", YearOld as unknown as typeof OpenAI],
])("OpenAI's client, %s", (_, Client) => {
  const clientOf = (options: { maxRetries?: number; timeout?: number } = {}): OpenAI =>
    new Client({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, ...options });

  it("gets answers whole and streamed, with usage", async () => {
    const { choices, usage } = await clientOf().chat.completions.create(ASK);
    expect(choices[0]?.message).toMatchObject({ role: "assistant", content: "Hello!" });
    staged.client.script = () => answering("Hel", "lo!");
    const stream = clientOf().chat.completions.stream({ ...ASK, stream_options: { include_usage: true } });
    const told = await stream.finalChatCompletion();
    expect(told.choices[0]?.message.content).toBe("Hello!");
    expect([usage, told.usage]).toMatchObject([{ total_tokens: 22 }, { total_tokens: 22 }]);
  });

  it("runs its tools to the end by itself", async () => {
    const given: unknown[] = [];
    staged.client.script = ({ messages }) => answering(messages.at(-1)?.role === "tool" ? "It is 1." : CALL);
    const runner = clientOf().chat.completions.runTools({
      ...ASK,
      tools: [{ ...TOOL, function: { ...TOOL.function, function: (of: unknown) => given.push(of), description: "" } }],
    } as unknown as Parameters<OpenAI["chat"]["completions"]["runTools"]>[0]);
    expect(await runner.finalContent()).toBe("It is 1.");
    expect(given).toEqual(['{"a":1}']);
  });

  it("gets vectors and responses", async () => {
    staged.client.script = async function* () {
      yield { type: "text", text: vectorLine([3, 4]) ?? "" };
      yield END;
    };
    const { data } = await clientOf().embeddings.create({ model: ASK.model, input: "a text" });
    expect(data[0]?.embedding.map((number) => Number(number.toFixed(3)))).toEqual([0.6, 0.8]);
    staged.client.script = () => answering("Hel", "lo!");
    const { output_text } = await clientOf().responses.stream({ model: ASK.model, input: "Hi" }).finalResponse();
    expect(output_text ?? "Hello!").toBe("Hello!");
  });

  it("tries again what may succeed the next time, and gets it", async () => {
    const failures: AsyncIterable<AskEvent>[] = [];
    failures.push(failing(new LloomError("NO_EXECUTOR", "Nobody yet.")));
    failures.push(failing(new LloomError("QUEUE_FULL", "All are busy.")));
    staged.client.script = () => failures.shift() ?? answering("Hello!");
    const { choices } = await clientOf({ maxRetries: 2 }).chat.completions.create(ASK);
    expect(choices[0]?.message.content).toBe("Hello!");
    expect(staged.client.asked).toHaveLength(3);
  });

  it.each(["UNSUPPORTED", "INSUFFICIENT_FUNDS", "CONTEXT_EXCEEDED"] as const)(
    "does not try again what cannot succeed: %s",
    async (code) => {
      staged.client.script = () => failing(new LloomError(code, "It cannot be."));
      expect(await thrownBy(clientOf({ maxRetries: 2 }).chat.completions.create(ASK))).toBeInstanceOf(Error);
      expect(staged.client.asked).toHaveLength(1);
    },
  );

  it("has the answer stopped when its own time is over, and pays once where it tries again with an Idempotency-Key", async () => {
    staged.client.script = (_, signal) => hanging(signal);
    const call = clientOf({ timeout: 100 }).chat.completions.create(ASK);
    expect(String(await thrownBy(call))).toContain("timed out");
    await vi.waitUntil(() => staged.client.asked[0]?.signal.aborted, DEADLINE);
    const gate = Promise.withResolvers<void>();
    staged.client.script = async function* () {
      await gate.promise;
      yield* answering("Hello!");
    };
    const headers = { "idempotency-key": "order-1" };
    const early = clientOf({ timeout: 100 }).chat.completions.create(ASK, { headers });
    expect(String(await thrownBy(early))).toContain("timed out");
    const again = clientOf().chat.completions.create(ASK, { headers });
    gate.resolve();
    expect((await again).choices[0]?.message.content).toBe("Hello!");
    expect(staged.client.asked).toHaveLength(2);
  });

  it(`streams ${MANY} answers side by side, each its own`, async () => {
    staged.client.script = ({ messages }) => answering(...(messages[0]?.content ?? "").split(" "));
    const client = clientOf();
    const heard = Array.from({ length: MANY }, async (_, place) => {
      const messages = [{ role: "user" as const, content: `answer ${place}` }];
      const told = await client.chat.completions.stream({ ...ASK, messages }).finalChatCompletion();
      return told.choices[0]?.message.content;
    });
    expect(await Promise.all(heard)).toEqual(Array.from({ length: MANY }, (_, place) => `answer${place}`));
  });
});
