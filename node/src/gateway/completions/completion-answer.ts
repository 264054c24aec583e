import type { ToldOdds } from "../../client/question.ts";
import { callFacts, openAiFinishReason, usageOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../api.ts";
import { closingChunks, haveOwnChunk } from "../telling/closing-chunks.ts";
import { nats, oddsOfText, textOfBytes } from "../telling/told-odds.ts";
import type { CompletionRequest } from "./completion-request.ts";

/** A completion of text, whole. */
export function textCompletion(
  { id, created, call, deployment }: AnswerTold<CompletionRequest>,
  choices: readonly ToldChoice[],
): object {
  const ends = choices.map(({ end }) => end);
  return {
    ...{ id, object: "text_completion", created, model: call.model },
    choices: choices.map((choice) => ({
      text: call.echoed + choice.content,
      index: choice.index,
      logprobs: logprobsOf(choice, call),
      finish_reason: openAiFinishReason(choice.end),
    })),
    usage: usageOf(ends),
    lloom: callFacts(ends, deployment),
  };
}

/** The same in chunks; the last one before [DONE] has usage, where it is asked for, and the field `lloom`. */
export function textChunks({ id, created, call, deployment }: AnswerTold<CompletionRequest>): StreamTeller {
  const base = { id, object: "text_completion", created, model: call.model };
  const usage = call.includeUsage ? { usage: null } : {};
  const begun = new Set<number>();
  const choose = (index: number, text: string, last?: { finish_reason: string; logprobs: object | null }) => ({
    ...base,
    choices: [{ text, index, ...(last ?? { logprobs: null, finish_reason: null }) }],
    ...usage,
  });
  const text = (index: number, piece: string): StreamEvent[] => {
    const whole = begun.has(index) ? piece : call.echoed + piece;
    begun.add(index);
    return whole === "" ? [] : [{ data: choose(index, whole) }];
  };
  return {
    text,
    ended: (choice, rest) => {
      const { index, end } = choice;
      const last = choose(index, "", { finish_reason: openAiFinishReason(end), logprobs: logprobsOf(choice, call) });
      const told = haveOwnChunk(call) ? last : { ...last, lloom: callFacts([end], deployment) };
      return [...text(index, rest), { data: told }];
    },
    finished: (choices) =>
      closingChunks(
        base,
        { call, deployment },
        choices.map(({ end }) => end),
      ),
    failed: ({ body }) => [{ event: "error", data: body }],
  };
}

/** In the shape that OpenAI gave them first: lists side by side. */
function logprobsOf({ content, end }: ToldChoice, { logprobs: most }: CompletionRequest): object | null {
  if (most === undefined) return null;
  const tokens = oddsOfText(content, end.odds ?? []);
  let offset = 0;
  const offsets = tokens.map(({ bytes }) => {
    const at = offset;
    offset += textOfBytes(bytes).length;
    return at;
  });
  return {
    tokens: tokens.map(nameOf),
    token_logprobs: tokens.map(({ logprob }) => nats(logprob)),
    top_logprobs:
      most === 0
        ? null
        : tokens.map(({ likeliest }) =>
            Object.fromEntries(likeliest.slice(0, most).map((one) => [nameOf(one), nats(one.logprob)])),
          ),
    text_offset: offsets,
  };
}

/** A part of a letter has no text, and as a name it must differ from other parts. */
function nameOf({ bytes }: Pick<ToldOdds, "bytes">): string {
  const text = textOfBytes(bytes);
  if (Buffer.from(text).equals(Buffer.from(bytes))) return text;
  return `bytes:${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}`;
}
