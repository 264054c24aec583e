import type { z } from "@lloom/protocol/zod";
import type { Answered } from "../client/question.ts";
import type { PaidDeployment } from "./answer-facts.ts";
import type { Asked } from "./asked.ts";
import type { HttpProblem } from "./http-problem.ts";
import type { ToldCall } from "./telling/told-calls.ts";

/** The first API that the gateway spoke. */
export const CHAT_PATH = "/v1/chat/completions";

/** An answer under way, with what all its parts share. */
export interface AnswerTold<Call extends Asked> {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly call: Call;
  readonly deployment: PaidDeployment;
}

/** One answer of a call, whole. */
export interface ToldChoice {
  readonly index: number;
  /** What it says, without its calls of functions. */
  readonly content: string;
  readonly calls: readonly ToldCall[];
  readonly end: Answered;
}

/** One server-sent event. Data that is no text is written as JSON. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: string | object;
}

/** Tells an answer in the events of one API, in this order. */
export interface StreamTeller {
  /** Content came; "" while what came may be a call. The first of each choice begins it. */
  text(choice: number, content: string): StreamEvent[];
  /** A choice is whole; `rest` of its content was not told yet. */
  ended(choice: ToldChoice, rest: string): StreamEvent[];
  /** All are. */
  finished(choices: readonly ToldChoice[]): StreamEvent[];
  /** It failed in the middle; nothing follows. */
  failed(problem: HttpProblem): StreamEvent[];
}

/** What `/openapi.json` says of an API: the schema by which it reads, and those of what it tells. */
export interface ApiDescription {
  /** Its operation's name. */
  readonly id: string;
  readonly summary: string;
  readonly text: string;
  readonly body: z.ZodType;
  readonly whole: z.ZodType;
  /** The data of a stream's events, where it may be one. */
  readonly event?: z.ZodType;
  /** The form of its failures; OpenAI's unless given. */
  readonly problem?: z.ZodType;
}

/** One API that the gateway speaks: how it is asked, and how it tells answers and failures. */
export interface AnswerApi<Call extends Asked = Asked> {
  readonly path: string;
  /** What ids of its answers begin with. */
  readonly idPrefix: string;
  readonly described: ApiDescription;
  /** Reads a body. Throws REQUEST_INVALID and UNSUPPORTED that name the field. */
  read(body: unknown): Call;
  whole(answer: AnswerTold<Call>, choices: readonly ToldChoice[]): object;
  stream(answer: AnswerTold<Call>): StreamTeller;
}
