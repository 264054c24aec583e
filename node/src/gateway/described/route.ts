import type { z } from "@lloom/protocol/zod";
import type { FastifyReply, FastifyRequest } from "fastify";

/** What operations are grouped by. */
export const TAGS = {
  answers: "Questions, and their paid answers",
  batches: "Files of calls, and batches that answer them",
  models: "What is sold, and for how much",
  keys: "The caller's own API key",
  state: "How the gateway stands",
  machines: "What machines read about the gateway",
} as const;

/** What a route answers when all is well. */
export interface AnswerDescription {
  readonly status: number;
  readonly text: string;
  /** JSON unless `type` says otherwise; none for an answer without a body. */
  readonly schema?: z.ZodType;
  readonly type?: string;
  /** The data of each server-sent event, where the answer may come as a stream. */
  readonly event?: z.ZodType;
  /** The headers of paid answers. */
  readonly isPaid?: boolean;
}

/** What `/openapi.json` says of a route. The schemas are those by which it reads, and those of what it tells. */
export interface RouteDescription {
  /** Its operation's name, by which programs that are made of the description call it. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly text?: string;
  readonly query?: z.ZodObject;
  /** Headers of a call that mean something to this route, each with what. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** Of the body; JSON unless given. */
  readonly bodyType?: string;
  readonly answers: readonly AnswerDescription[];
  /** Statuses of its failures, beside those that every route may have. */
  readonly problems?: readonly number[];
  /** The form of its failures; OpenAI's unless given. */
  readonly problem?: z.ZodType;
}

/** One route of the gateway: all that its server, its rules and its description know of it. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** As OpenAPI writes it: `/v1/models/{model}`. */
  readonly path: string;
  /** The name in braces at its end may hold slashes. */
  readonly isGreedy?: true;
  /** Needs no API key. */
  readonly isOpen?: true;
  readonly described: RouteDescription;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** The path as the server's router writes it. */
export const routerPath = ({ path, isGreedy }: Pick<Route, "path" | "isGreedy">): string =>
  (isGreedy === true ? path.replace(/\{\w+\}$/, "*") : path).replaceAll(/\{(\w+)\}/g, ":$1");

/** What the name in braces at a greedy path's end stands for. */
export const greedyEnd = ({ params }: FastifyRequest): string => (params as { readonly "*": string })["*"];
