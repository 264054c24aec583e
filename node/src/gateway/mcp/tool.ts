import type { z } from "@lloom/protocol/zod";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import type { AskEvent } from "../../client/question.ts";
import type { PaidDeployment } from "../answer-facts.ts";
import type { Asked } from "../asked.ts";
import type { GatewayClient } from "../gateway-client.ts";
import type { ExecutorFacts } from "./executor-facts.ts";

/** What one call of a tool may use: what it asks is paid, and limited, by whoever calls. */
export interface McpCall {
  readonly client: GatewayClient;
  readonly deployment: PaidDeployment;
  /** Asks the network. Throws what limits or the caller's key forbid; whatever else goes wrong, the events throw. */
  readonly ask: (asked: Asked) => AsyncIterable<AskEvent>;
  /** Whether the caller's key may see what is sold under a name. */
  readonly maySee: (summary: ModelSummary) => boolean;
  /** What chain and network say of an executor; undefined where nobody here looks. */
  readonly executorFacts: ExecutorLook | undefined;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

export type ExecutorLook = (address: string, signal: AbortSignal) => Promise<ExecutorFacts>;

/** What a tool gives: for a reader, and the same for programs. */
export interface McpResult {
  readonly text: readonly string[];
  readonly data: Record<string, unknown>;
}

/** A tool as data: how it is told, how it reads, and what it does. */
export interface McpTool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** For a model that chooses among tools: what it does, what it costs. */
  readonly description: string;
  readonly tags: readonly string[];
  readonly input: Input;
  readonly output: z.ZodObject;
  /** It spends money. */
  readonly isPaid: boolean;
  /** It asks nobody outside of this process. */
  readonly isOffline: boolean;
  /** Throws LloomError, which its caller gets as an error of the tool. */
  readonly run: (input: z.infer<Input>, call: McpCall) => Promise<McpResult>;
}

/** A tool among others. Its input is read by its own schema before it runs. */
export const asTool = <Input extends z.ZodObject>(tool: McpTool<Input>): McpTool => tool as unknown as McpTool;
