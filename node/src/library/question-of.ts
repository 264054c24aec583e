import { readSchema } from "@lloom/protocol/form/read-schema";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import type { Question } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import type { ExecutorChoice, LloomQuestion } from "./public-types.ts";

const DEFAULT_MAX_TOKENS = 256;
const LARGEST_SEED = 0xffff_ffff;

/** The question as the client asks it. Throws REQUEST_INVALID that names the field. */
export function questionOf(given: LloomQuestion): Question {
  const { model, messages, maxTokens = DEFAULT_MAX_TOKENS, choose = {} } = given;
  return {
    model,
    messages: messagesOf(messages),
    sampling: samplingOf(given),
    maxOutboundTokens: within("maxTokens", maxTokens, { least: 1, most: 1_000_000, isWhole: true }),
    ...chosenOf(choose),
  };
}

const messagesOf = (messages: LloomQuestion["messages"]): readonly ChatMessage[] =>
  typeof messages === "string" ? [{ role: "user", content: messages }] : messages;

function samplingOf({
  temperature = 0,
  topP = 1,
  topK = 0,
  seed,
  stop = [],
  format = "text",
}: LloomQuestion): Sampling {
  return {
    temperatureMilli: milli(within("temperature", temperature, { least: 0, most: 2 })),
    topPMilli: milli(within("topP", topP, { least: 0, most: 1 })),
    topK: within("topK", topK, { least: 0, most: 1_000_000, isWhole: true }),
    ...(seed !== undefined && { seed: within("seed", seed, { least: 0, most: LARGEST_SEED, isWhole: true }) }),
    stop: typeof stop === "string" ? [stop] : [...stop],
    ...formatOf(format),
  };
}

const milli = (value: number): number => Math.round(value * 1000);

function formatOf(format: NonNullable<LloomQuestion["format"]>): Pick<Sampling, "responseFormat" | "jsonSchema"> {
  if (format === "text" || format === "json") return { responseFormat: format };
  // Its words that nobody could keep to are refused here.
  readSchema(format);
  return { responseFormat: "json", jsonSchema: JSON.stringify(format) };
}

function chosenOf({ executor, only, ignore, order, sort, minStake, inboundPrice, outboundPrice }: ExecutorChoice) {
  return {
    ...(executor !== undefined && { executor }),
    preference: { only, ignore, order, sort },
    demands: { minStake },
    maxPrice: { inbound: inboundPrice, outbound: outboundPrice },
  };
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
}

function within(name: string, value: number, { least, most, isWhole = false }: Bounds): number {
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new LloomError(
    "REQUEST_INVALID",
    `${name} must be a ${isWhole ? "whole " : ""}number from ${least} to ${most}; it is ${String(value)}.`,
  );
}
