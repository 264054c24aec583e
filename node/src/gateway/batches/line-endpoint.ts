import { parseAmount } from "@lloom/protocol/amounts";
import { paidFor } from "../../client/question.ts";
import type { LloomError } from "../../errors.ts";
import { spent, tokensOf } from "../answer-facts.ts";
import type { AnswerApi } from "../api.ts";
import type { Asked, AskedPrice } from "../asked.ts";
import { type AnsweringParts, beginAnswer } from "../begin-answer.ts";
import { invalidField } from "../http-problem.ts";
import type { KeyedAnswers } from "../keyed-answers.ts";
import type { KeyCaller } from "../keys/key-caller.ts";
import { collectChoices } from "../telling/collect-choices.ts";

/** A line as it is asked. */
export interface LineCall {
  /** Names the line, so that it is asked and paid once. */
  readonly name: string;
  readonly body: unknown;
  readonly requestId: string;
  readonly caller: KeyCaller | undefined;
  /** The batch's own limit. */
  readonly maxPrice: AskedPrice | undefined;
  /** Nothing more is asked: thrown unless it is known what became of the line. */
  readonly refusal: LloomError | undefined;
}

export interface LineAnswer {
  /** As the API answers. */
  readonly body: object;
  readonly inbound: number;
  readonly outbound: number;
  /** Base units. */
  readonly cost: bigint;
}

/** An API whose calls may stand in a batch. */
export interface BatchEndpoint {
  readonly path: string;
  /** Throws what a call of the API would be answered with. */
  answer(line: LineCall): Promise<LineAnswer>;
  /** The answer is kept in the batch's file. */
  forget(name: string): void;
}

export interface LineEndpointParts extends AnsweringParts {
  /** Of lines. */
  readonly keyed: KeyedAnswers;
}

/** No caller can be named so. */
const CALLER = "lines of batches";

/** A line goes the way of a call of the same API key, whose rate it counts in; its outcome lasts as that of one with an Idempotency-Key. */
export function lineEndpoint<Call extends Asked>(parts: LineEndpointParts, api: AnswerApi<Call>): BatchEndpoint {
  const { keyed, deployment, log } = parts;
  return {
    path: api.path,
    answer: async ({ name, body, requestId, caller, maxPrice, refusal }) => {
      const asked = api.read(body);
      if (asked.stream) throw invalidField("stream", "stream must be false: a batch has whole answers.");
      const call = { ...asked, maxPrice: lowerPrice(asked.maxPrice, maxPrice) };
      const { id, created, events } = keyed.answer({ key: name, caller: CALLER, body }, () => {
        if (refusal !== undefined) throw refusal;
        caller?.accounts.takeTurn(caller.key);
        return beginAnswer(parts, api, call, { requestId, caller });
      });
      const choices = await collectChoices({ id, call }, events());
      const ends = choices.map(({ end }) => end);
      for (const end of ends) log.info({ requestId, ...spent(end, deployment) }, "answered");
      const cost = ends.reduce((sum, end) => sum + paidFor(end), 0n);
      return { body: api.whole({ id, created, call, deployment }, choices), ...tokensOf(ends), cost };
    },
    forget: (name) => keyed.forget({ key: name, caller: CALLER }),
  };
}

/** What both limits allow. */
export function lowerPrice(one: AskedPrice | undefined, other: AskedPrice | undefined): AskedPrice | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { prompt: lower(one.prompt, other.prompt), completion: lower(one.completion, other.completion) };
}

/** More digits than any token here has. */
const DIGITS = 18;

function lower(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return parseAmount(one, DIGITS) < parseAmount(other, DIGITS) ? one : other;
}
