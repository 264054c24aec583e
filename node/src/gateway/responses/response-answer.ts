import { wallClock } from "../../primitives/clock.ts";
import { callFacts, tokensOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../api.ts";
import type { ToldCall } from "../telling/told-calls.ts";
import { openAiOdds } from "../telling/told-odds.ts";
import type { ResponseRequest } from "./response-request.ts";

/** A response, whole. */
export function wholeResponse(answer: AnswerTold<ResponseRequest>, [choice]: readonly ToldChoice[]): object {
  return choice === undefined ? begunResponse(answer) : endedResponse(answer, choice);
}

function begunResponse({ id, created, call }: AnswerTold<ResponseRequest>) {
  return {
    ...{ id, object: "response", created_at: created, completed_at: null as number | null, status: "in_progress" },
    ...{ error: null, incomplete_details: null as object | null, model: call.model, output: [] as object[] },
    ...{ usage: null as object | null, ...call.told },
  };
}

function endedResponse(answer: AnswerTold<ResponseRequest>, choice: ToldChoice) {
  const { end } = choice;
  const { inbound, outbound } = tokensOf([end]);
  const isWhole = end.finishReason === "stop";
  return {
    ...begunResponse(answer),
    status: isWhole ? "completed" : "incomplete",
    completed_at: isWhole ? Math.floor(wallClock() / 1000) : null,
    incomplete_details: isWhole ? null : { reason: "max_output_tokens" },
    output: outputOf(answer, choice),
    usage: {
      ...{ input_tokens: inbound, input_tokens_details: { cached_tokens: 0 } },
      ...{ output_tokens: outbound, output_tokens_details: { reasoning_tokens: 0 } },
      total_tokens: inbound + outbound,
    },
    lloom: callFacts([end], answer.deployment),
  };
}

function outputOf({ id, call }: AnswerTold<ResponseRequest>, choice: ToldChoice): object[] {
  const { content, calls, end } = choice;
  const status = end.finishReason === "stop" ? "completed" : "incomplete";
  const hasMessage = content !== "" || calls.length === 0;
  const message = messageItem(id, { status, content: [textPart(content, logprobsOf(choice, call))] });
  return [...(hasMessage ? [message] : []), ...calls.map((one) => callItem(one, "completed", one.arguments))];
}

const messageItem = (id: string, { status, content }: { status: string; content: readonly object[] }) => ({
  ...{ type: "message", id: itemId("msg", id), status, role: "assistant", content },
});

const textPart = (text: string, logprobs: readonly object[]) => ({
  ...{ type: "output_text", text, annotations: [], logprobs },
});

const callItem = ({ id, name }: ToldCall, status: string, given: string) => ({
  ...{ type: "function_call", id: itemId("fc", id), call_id: id, name, arguments: given, status },
});

/** Items have names of their own, made of the answer's or the call's. */
const itemId = (prefix: string, id: string): string => `${prefix}_${id.replace(/^[a-z]+_/, "").replaceAll("-", "")}`;

function logprobsOf({ content, end }: ToldChoice, { logprobs: most }: ResponseRequest): object[] {
  if (most === undefined) return [];
  return openAiOdds(content, end.odds ?? [], most);
}

/** The same in events, in the order of Open Responses. */
export function responseEvents(answer: AnswerTold<ResponseRequest>): StreamTeller {
  const { id, call } = answer;
  const item_id = itemId("msg", id);
  let sequence = 0;
  let isBegun = false;
  let isOpen = false;
  const tell = (type: string, fields: object): StreamEvent => {
    const data = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return { event: type, data };
  };
  const begin = (): StreamEvent[] => {
    if (isBegun) return [];
    isBegun = true;
    const response = begunResponse(answer);
    return [tell("response.created", { response }), tell("response.in_progress", { response })];
  };
  const place = { item_id, output_index: 0, content_index: 0 };
  const openMessage = (): StreamEvent[] => {
    if (isOpen) return [];
    isOpen = true;
    const item = messageItem(id, { status: "in_progress", content: [] });
    return [
      tell("response.output_item.added", { output_index: 0, item }),
      tell("response.content_part.added", { ...place, part: textPart("", []) }),
    ];
  };
  const text = (content: string): StreamEvent[] => [
    ...begin(),
    ...(content === ""
      ? []
      : [...openMessage(), tell("response.output_text.delta", { ...place, delta: content, logprobs: [] })]),
  ];
  const closeMessage = (choice: ToldChoice, item: object): StreamEvent[] => {
    const logprobs = logprobsOf(choice, call);
    return [
      ...openMessage(),
      tell("response.output_text.done", { ...place, text: choice.content, logprobs }),
      tell("response.content_part.done", { ...place, part: textPart(choice.content, logprobs) }),
      tell("response.output_item.done", { output_index: 0, item }),
    ];
  };
  const wholeCall = (one: ToldCall, output_index: number): StreamEvent[] => {
    const at = { item_id: itemId("fc", one.id), output_index };
    const done = { ...at, name: one.name, arguments: one.arguments };
    return [
      tell("response.output_item.added", { output_index, item: callItem(one, "in_progress", "") }),
      tell("response.function_call_arguments.delta", { ...at, delta: one.arguments }),
      tell("response.function_call_arguments.done", done),
      tell("response.output_item.done", { output_index, item: callItem(one, "completed", one.arguments) }),
    ];
  };
  return {
    text: (_, content) => text(content),
    ended: (choice, rest) => {
      const events = text(rest);
      const [first] = outputOf(answer, choice);
      // What a call was split off from may have begun a message that has no text in the end.
      const hasMessage = isOpen || choice.content !== "" || choice.calls.length === 0;
      if (hasMessage && first !== undefined) events.push(...closeMessage(choice, first));
      const before = hasMessage ? 1 : 0;
      return [...events, ...choice.calls.flatMap((one, index) => wholeCall(one, before + index))];
    },
    finished: ([choice]) => {
      if (choice === undefined) return [];
      const response = endedResponse(answer, choice);
      return [tell(`response.${response.status}`, { response }), { data: "[DONE]" }];
    },
    failed: ({ body: { error } }) => [tell("error", { error, ...error, type: "error" })],
  };
}
