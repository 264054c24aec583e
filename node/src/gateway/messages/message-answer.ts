import { callFacts, tokensOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../api.ts";
import { messagesProblem } from "./message-problem.ts";
import type { MessageRequest } from "./message-request.ts";

/** A message, whole. */
export function wholeMessage(answer: AnswerTold<MessageRequest>, [choice]: readonly ToldChoice[]): object {
  if (choice === undefined) return begunMessage(answer);
  const { content, calls, end } = choice;
  const hasText = content !== "" || calls.length === 0;
  return {
    ...begunMessage(answer),
    content: [
      ...(hasText ? [{ type: "text", text: content }] : []),
      ...calls.map(({ id, name, arguments: given }) => ({ type: "tool_use", id, name, input: JSON.parse(given) })),
    ],
    ...endOf(choice),
    usage: usageOf(choice),
    lloom: callFacts([end], answer.deployment),
  };
}

/** How many tokens the prompt has, the executor says at the end. */
const begunMessage = ({ id, call }: AnswerTold<MessageRequest>) => ({
  ...{ id, type: "message", role: "assistant", model: call.model, content: [] as object[] },
  ...{ stop_reason: null, stop_sequence: null, usage: { ...NO_CACHE, input_tokens: 0, output_tokens: 0 } },
});

const NO_CACHE = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function usageOf({ end }: ToldChoice) {
  const { inbound, outbound } = tokensOf([end]);
  return { ...NO_CACHE, input_tokens: inbound, output_tokens: outbound };
}

/** Which string stopped an answer its executor does not say: it ended its turn. */
function endOf({ calls, end }: ToldChoice) {
  const ended = calls.length > 0 ? "tool_use" : "end_turn";
  return { stop_reason: end.finishReason === "stop" ? ended : "max_tokens", stop_sequence: null };
}

/** The same in events, in the order of Anthropic's API. */
export function messageEvents(answer: AnswerTold<MessageRequest>): StreamTeller {
  let isBegun = false;
  let isOpen = false;
  const tell = (type: string, fields: object): StreamEvent => ({ event: type, data: { type, ...fields } });
  const begin = (): StreamEvent[] => {
    if (isBegun) return [];
    isBegun = true;
    return [tell("message_start", { message: begunMessage(answer) })];
  };
  const open = (): StreamEvent[] => {
    if (isOpen) return [];
    isOpen = true;
    return [tell("content_block_start", { index: 0, content_block: { type: "text", text: "" } })];
  };
  const text = (piece: string): StreamEvent[] => [
    ...begin(),
    ...(piece === ""
      ? []
      : [...open(), tell("content_block_delta", { index: 0, delta: { type: "text_delta", text: piece } })]),
  ];
  return {
    text: (_, piece) => text(piece),
    ended: ({ calls }, rest) => {
      const events = text(rest);
      if (calls.length === 0) events.push(...open());
      if (isOpen) events.push(tell("content_block_stop", { index: 0 }));
      const before = isOpen ? 1 : 0;
      for (const [place, { id, name, arguments: given }] of calls.entries()) {
        const index = before + place;
        events.push(
          tell("content_block_start", { index, content_block: { type: "tool_use", id, name, input: {} } }),
          tell("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: given } }),
          tell("content_block_stop", { index }),
        );
      }
      return events;
    },
    finished: ([choice]) => {
      if (choice === undefined) return [];
      const lloom = callFacts([choice.end], answer.deployment);
      return [tell("message_delta", { delta: endOf(choice), usage: usageOf(choice) }), tell("message_stop", { lloom })];
    },
    failed: (problem) => [{ event: "error", data: messagesProblem(problem) }],
  };
}
