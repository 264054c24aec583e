/** The cases of Open Responses' public compliance tests (spec 2026-04-24), held to the forms that its schema gives, by plain HTTP. */
import { z } from "@lloom/protocol/zod";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answering, END, failing } from "../../../../test/support/staged-client.ts";
import { type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import { LloomError } from "../../errors.ts";

const MODEL = "lloom-tiny";
const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"location": "San Francisco, CA"}}\n</tool_call>';
const WEATHER = {
  type: "function",
  name: "get_weather",
  description: "Get the current weather for a location",
  parameters: {
    type: "object",
    properties: { location: { type: "string", description: "The city and state, e.g. San Francisco, CA" } },
    required: ["location"],
  },
};
const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

const itemStatus = z.enum(["in_progress", "completed", "incomplete"]);
const odds = z.object({
  ...{ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) },
  top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) })),
});
const textPart = z.object({
  ...{ type: z.literal("output_text"), text: z.string(), annotations: z.array(z.never()), logprobs: z.array(odds) },
});
const item = z.discriminatedUnion("type", [
  z.object({
    ...{ type: z.literal("message"), id: z.string().min(1), status: itemStatus, role: z.literal("assistant") },
    content: z.array(textPart),
  }),
  z.object({
    ...{ type: z.literal("function_call"), id: z.string().min(1), call_id: z.string().min(1), name: z.string().min(1) },
    ...{ arguments: z.string(), status: itemStatus },
  }),
]);
const problem = z.object({ code: z.string(), message: z.string() });
const format = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    ...{ type: z.literal("json_schema"), name: z.string(), description: z.string().nullable() },
    ...{ schema: z.looseObject({}).nullable(), strict: z.boolean() },
  }),
]);
/** ResponseResource: all of its fields are required. */
const response = z.object({
  ...{ id: z.string().min(1), object: z.literal("response"), created_at: z.int(), completed_at: z.int().nullable() },
  status: z.enum(["in_progress", "completed", "incomplete", "failed", "queued"]),
  incomplete_details: z.object({ reason: z.string() }).nullable(),
  ...{ model: z.string(), previous_response_id: z.string().nullable(), instructions: z.string().nullable() },
  ...{ output: z.array(item), error: problem.nullable() },
  tools: z.array(
    z.object({
      ...{ type: z.literal("function"), name: z.string(), description: z.string().nullable() },
      ...{ parameters: z.looseObject({}).nullable(), strict: z.boolean().nullable() },
    }),
  ),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.object({ type: z.literal("function") })]),
  ...{ truncation: z.enum(["auto", "disabled"]), parallel_tool_calls: z.boolean(), text: z.object({ format }) },
  ...{ top_p: z.number(), presence_penalty: z.number(), frequency_penalty: z.number(), temperature: z.number() },
  ...{ top_logprobs: z.int(), reasoning: z.object({ effort: z.string().nullable() }).nullable() },
  usage: z
    .object({
      ...{ input_tokens: z.int(), output_tokens: z.int(), total_tokens: z.int() },
      input_tokens_details: z.object({ cached_tokens: z.int() }),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
    })
    .nullable(),
  ...{ max_output_tokens: z.int().nullable(), max_tool_calls: z.int().nullable() },
  ...{ store: z.boolean(), background: z.boolean(), service_tier: z.string(), metadata: z.looseObject({}) },
  ...{ safety_identifier: z.string().nullable(), prompt_cache_key: z.string().nullable() },
});
const numbered = { sequence_number: z.int().min(0) };
const inItem = { ...numbered, item_id: z.string().min(1), output_index: z.int().min(0) };
const inPart = { ...inItem, content_index: z.int().min(0) };
const ofResponse = (type: string) => z.object({ type: z.literal(`response.${type}`), ...numbered, response });
const ofItem = (type: string) =>
  z.object({ type: z.literal(`response.output_item.${type}`), ...numbered, output_index: z.int().min(0), item });
const ofPart = (type: string) =>
  z.object({ type: z.literal(`response.content_part.${type}`), ...inPart, part: textPart });
const event = z.discriminatedUnion("type", [
  ...(["created", "in_progress", "completed", "incomplete", "failed"] as const).map(ofResponse),
  ...(["added", "done"] as const).flatMap((type) => [ofItem(type), ofPart(type)]),
  z.object({
    ...{ type: z.literal("response.output_text.delta"), ...inPart, delta: z.string(), logprobs: z.array(odds) },
  }),
  z.object({
    ...{ type: z.literal("response.output_text.done"), ...inPart, text: z.string(), logprobs: z.array(odds) },
  }),
  z.object({ type: z.literal("response.function_call_arguments.delta"), ...inItem, delta: z.string() }),
  z.object({ type: z.literal("response.function_call_arguments.done"), ...inItem, arguments: z.string() }),
  z.object({
    ...{ type: z.literal("error"), ...numbered },
    error: z.object({
      ...{ type: z.string(), code: z.string().nullable(), message: z.string(), param: z.string().nullable() },
    }),
  }),
] as unknown as Parameters<typeof z.discriminatedUnion>[1]);

let staged: StagedGateway;
let url: string;
beforeEach(async () => {
  staged = stageGateway();
  ({ url } = await staged.start());
});
afterEach(() => staged[Symbol.asyncDispose]());

const ask = (body: object): Promise<Response> =>
  fetch(`${url}/v1/responses`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer none" },
    body: JSON.stringify({ model: MODEL, ...body }),
  });

async function whole(body: object): Promise<z.infer<typeof response>> {
  const answer = await ask({ ...body, stream: false });
  expect(answer.status).toBe(200);
  return response.parse(await answer.json());
}

type Told = Record<string, unknown> & { type: string };

/** Every event of a stream, each of which has to have the form of its type and the name that its line says. */
async function streamed(body: object): Promise<Told[]> {
  const answer = await ask({ ...body, stream: true });
  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const blocks = (await answer.text()).trimEnd().split("\n\n");
  const told: Told[] = [];
  for (const block of blocks.filter((one) => !one.startsWith(":"))) {
    const [, name, data] = /^(?:event: (.*)\n)?data: (.*)$/.exec(block) ?? [];
    if (data === "[DONE]") continue;
    const parsed = JSON.parse(data ?? "") as Told;
    const form = event.safeParse(parsed);
    expect([parsed.type, form.success ? [] : form.error.issues]).toEqual([parsed.type, []]);
    expect(name).toBe(parsed.type);
    told.push(parsed);
  }
  expect(told.map(({ sequence_number }) => sequence_number)).toEqual(told.map((_, index) => index));
  return told;
}

const user = (content: string) => ({ type: "message", role: "user", content });

describe("Open Responses' compliance cases", () => {
  it("basic-response", async () => {
    const { status, output } = await whole({ input: [user("Say hello in exactly 3 words.")] });
    expect([status, output.length]).toEqual(["completed", 1]);
  });

  it("streaming-response", async () => {
    staged.client.script = () => answering("1 2 3", " 4 5");
    const events = await streamed({ input: [user("Count from 1 to 5.")] });
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { status: "completed" } });
  });

  it("system-prompt", async () => {
    const system = { type: "message", role: "system", content: "You are a pirate. Always respond in pirate speak." };
    const { status, output } = await whole({ input: [system, user("Say hello.")] });
    expect([status, output.length]).toEqual(["completed", 1]);
  });

  it("tool-calling", async () => {
    staged.client.script = () => answering(CALL);
    const asked = { input: [user("What's the weather like in San Francisco?")], tools: [WEATHER] };
    const { output } = await whole(asked);
    expect(output).toMatchObject([{ type: "function_call", name: "get_weather" }]);
  });

  it("tool-calling-streaming", async () => {
    staged.client.script = () => answering(CALL.slice(0, 30), CALL.slice(30));
    const asked = { input: [user("What's the weather like in San Francisco?")], tools: [WEATHER] };
    const events = await streamed(asked);
    expect(events.map(({ type }) => type.replace("response.", ""))).toEqual([
      ...["created", "in_progress", "output_item.added", "function_call_arguments.delta"],
      ...["function_call_arguments.done", "output_item.done", "completed"],
    ]);
    for (const one of events.filter(({ type }) => type.startsWith("response.output_item")))
      expect(one["item"]).toMatchObject({ type: "function_call" });
  });

  it("image-input: is refused by its name and the field, since no model here sees", async () => {
    const content = [
      { type: "input_text", text: "What do you see in this image? Answer in one sentence." },
      { type: "input_image", image_url: PIXEL },
    ];
    const refused = await ask({ input: [{ type: "message", role: "user", content }] });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { param: "input[0].content[1].type" } });
  });

  it("multi-turn", async () => {
    const said = { type: "message", role: "assistant", content: "Hello Alice! Nice to meet you. How can I help you?" };
    const { status } = await whole({ input: [user("My name is Alice."), said, user("What is my name?")] });
    expect(status).toBe("completed");
    expect(staged.client.asked[0]?.question.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  });
});

describe("beyond them, the same forms hold", () => {
  it.each([
    [{ type: "text" }],
    [{ type: "json_object" }],
    [{ type: "json_schema", name: "n", schema: { type: "object", properties: { a: { type: "null" } } } }],
    [{ type: "json_schema", name: "n", description: "d", strict: true, schema: { type: "array" } }],
  ])("of an answer's format: %j", async (asked) => {
    await whole({ input: "Hi", text: { format: asked } });
  });

  it("of an answer that was cut off", async () => {
    staged.client.script = async function* () {
      yield { type: "text", text: "Hel" };
      yield { ...END, finishReason: "length" };
    };
    const events = await streamed({ input: "Hi" });
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { status: "incomplete" } });
  });

  it("of a stream that fails", async () => {
    staged.client.script = () => failing(new LloomError("STREAM_INTERRUPTED", "It broke off."), "Hel");
    expect((await streamed({ input: "Hi" })).at(-1)).toMatchObject({ type: "error" });
  });
});
