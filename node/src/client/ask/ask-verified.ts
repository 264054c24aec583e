import { LloomError } from "../../errors.ts";
import { stricterVerification } from "../check/verification.ts";
import type { AskEvent, Question } from "../question.ts";
import { type AskParts, ask } from "./ask.ts";
import { askAudited } from "./ask-audited.ts";
import { askSeveral } from "./ask-several.ts";

/**
 * Answers a question and checks it as far as the question or the client's own settings ask, whichever is more. Throws as `ask`, and
 * UNSUPPORTED for an audit without weights.
 */
export function askVerified(parts: AskParts, question: Question, signal: AbortSignal): AsyncIterable<AskEvent> {
  const { verification: own } = parts.settings;
  const verification = stricterVerification(question.verification ?? own, own);
  const verified = { ...question, verification };
  if (verification.type === "redundant")
    return askSeveral(parts, verified, { executors: verification.executors, signal });
  if (verification.type !== "audit") return ask(parts, verified, signal);
  const { audit } = parts;
  if (audit === undefined)
    throw new LloomError("UNSUPPORTED", "This client has no weights to hold answers against.", {
      next: "Ask for less than an audit, or give --weights.",
    });
  return askAudited(parts, verified, { audit, signal });
}
