import { afterEach, beforeEach, expect, it } from "vitest";
import { END } from "../../../test/support/staged-client.ts";
import { ASK, collect, openai, post, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import type { AskEvent } from "../client/question.ts";

let staged: StagedGateway;
beforeEach(() => {
  staged = stageGateway();
});
afterEach(() => staged[Symbol.asyncDispose]());

const CALL = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>';

/** Two answers whose pieces come by turns; the second one calls a function. */
async function* two(): AsyncGenerator<AskEvent> {
  yield { type: "text", text: "One", choice: 0 };
  yield { type: "text", text: CALL, choice: 1 };
  yield { ...END, choice: 1 };
  yield { type: "text", text: " more", choice: 0 };
  yield { ...END, cost: 5n, choice: 0 };
}
const asked = { ...ASK, n: 2, tools: [{ type: "function" as const, function: { name: "f" } }] };

it("tells several answers apart, and sums what they cost", async () => {
  staged.client.script = two;
  const gateway = await staged.start();
  const { data, response } = await openai(gateway).chat.completions.create(asked).withResponse();
  expect(staged.client.asked[0]?.question.choices).toBe(2);
  expect(data.choices).toMatchObject([
    { index: 0, finish_reason: "stop", message: { content: "One more" } },
    { index: 1, finish_reason: "tool_calls", message: { content: null, tool_calls: [{ function: { name: "f" } }] } },
  ]);
  expect(data.usage).toEqual({ prompt_tokens: 18, completion_tokens: 26, total_tokens: 44 });
  expect(data).toMatchObject({ lloom: { cost: "12", choices: [{ cost: "5" }, { cost: "7" }] } });
  expect(response.headers.get("x-lloom-cost")).toBe("12");
  expect(response.headers.get("x-lloom-executor")?.split(", ")).toHaveLength(2);
});

it("tells them in one stream, each by its index, and what they cost at the end", async () => {
  staged.client.script = two;
  const gateway = await staged.start();
  const chunks = await collect(await openai(gateway).chat.completions.create({ ...asked, stream: true }));
  const of = (index: number) =>
    chunks.flatMap((chunk) => (chunk["choices"] as { index: number }[]).filter((one) => one.index === index));
  expect(of(0)).toMatchObject([
    { delta: { role: "assistant" } },
    ...[{ delta: { content: "One" } }, { delta: { content: " more" } }, { finish_reason: "stop" }],
  ]);
  expect(of(1)).toMatchObject([
    { delta: { role: "assistant" } },
    ...[{ delta: { tool_calls: [{ index: 0 }] } }, { finish_reason: "tool_calls" }],
  ]);
  expect(chunks.at(-1)).toMatchObject({ choices: [], lloom: { cost: "12" } });
});

it("counts each of them as one of the answers that run at once", async () => {
  const gateway = await staged.start({ maxConcurrent: 1 });
  expect((await post(gateway, asked)).status).toBe(429);
  expect(staged.client.asked).toEqual([]);
});

it("pays them once for an Idempotency-Key, and keeps all", async () => {
  staged.client.script = two;
  const gateway = await staged.start();
  const ask = async () => (await post(gateway, asked, { headers: { "idempotency-key": "k" } })).json();
  const first = await ask();
  expect(await ask()).toEqual(first);
  expect(staged.client.asked).toHaveLength(1);
});
