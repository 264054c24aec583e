import { LloomError } from "../errors.ts";
import type { NoChoice } from "./choose.ts";
import type { ModelSummary } from "./offer-book.ts";
import type { Question } from "./question.ts";

/** Other models named in an error at most. */
const MOST_NAMED = 5;

/** Why nobody can be asked, in words that say what to change. */
export function noExecutor(choice: NoChoice, question: Question, models: readonly ModelSummary[]): LloomError {
  const { model, maxOutboundTokens } = question;
  const offered = models.find((summary) => summary.model === model);
  if (choice === "price" && offered !== undefined)
    return new LloomError(
      "NO_EXECUTOR",
      `No executor offers ${model} within the price limit; the lowest prices are ${offered.inboundPrice} inbound and ${offered.outboundPrice} outbound per 1 000 000 tokens.`,
      { next: "Raise the price limit, or choose another model." },
    );
  if (choice === "context" && offered !== undefined)
    return new LloomError(
      "CONTEXT_EXCEEDED",
      `${maxOutboundTokens} answer tokens do not fit ${model}; its largest context is ${offered.maxContext}.`,
    );
  if (choice === "none" && models.length > 0 && offered === undefined) {
    const named = models.slice(0, MOST_NAMED).map((summary) => summary.model);
    return new LloomError("MODEL_NOT_FOUND", `Nobody offers ${model}. Offered are: ${named.join(", ")}.`, {
      next: `Ask for one of them, for example ${named[0]}.`,
    });
  }
  return new LloomError("NO_EXECUTOR", `No executor of ${model} can be asked now.`);
}
