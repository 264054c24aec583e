import { isEmbedding } from "@lloom/protocol/form/embedding";
import { LloomError } from "../../errors.ts";
import { parseModelReference } from "../check/model-reference.ts";
import { stricterVerification } from "../check/verification.ts";
import type { AskEvent, AskingPrice, Question } from "../question.ts";
import { ask } from "./ask.ts";
import { askAudited } from "./ask-audited.ts";
import { askChoices, severalOf } from "./ask-choices.ts";
import { askHedged } from "./ask-hedged.ts";
import { askSeveral } from "./ask-several.ts";
import type { AskParts } from "./ask-state.ts";
import { wouldAsk } from "./pick.ts";
import { withOdds } from "./with-odds.ts";

/**
 * Answers a question, with the log probabilities of its tokens where they are asked for, and checks it as far as the question or the client's own settings ask, whichever is more. Throws as `ask`,
 * UNSUPPORTED for an audit without weights, and REQUEST_INVALID for a model that names weights wrongly.
 */
export function askVerified(parts: AskParts, question: Question, signal: AbortSignal): AsyncIterable<AskEvent> {
  const questions = severalOf(question);
  if (questions !== undefined)
    return askChoices(parts, { questions, ask: (one, until) => askVerified(parts, one, until), signal });
  const events = askChecked(parts, question, signal);
  return question.odds === true ? withOdds(parts, events, signal) : events;
}

/**
 * What one answer to a question would cost if it were asked now, in prices of whoever would be asked; how many would be paid for it.
 * Nothing is asked. Throws as `askVerified` where nobody can be asked, and CANCELLED.
 */
export async function priceOf(parts: AskParts, question: Question, signal: AbortSignal): Promise<AskingPrice> {
  const verified = verifiedQuestion(parts, question);
  const { inboundPrice, outboundPrice } = (await wouldAsk(parts, verified, signal)).signed.offer;
  const { verification } = verified;
  const executors = verification.type === "redundant" ? verification.executors : 1;
  return { inboundPrice, outboundPrice, executors };
}

/** By the client's own way of checking, if that checks more. */
function verifiedQuestion({ settings: { verification: own } }: AskParts, question: Question) {
  const verification = stricterVerification(question.verification ?? own, own);
  // Some vectors are worth nothing, and until all are there somebody else can take over.
  const whole = question.whole === true || isEmbedding(question.sampling);
  return { ...question, ...parseModelReference(question.model), verification, whole };
}

function askChecked(parts: AskParts, question: Question, signal: AbortSignal): AsyncIterable<AskEvent> {
  const verified = verifiedQuestion(parts, question);
  const { verification } = verified;
  const isOfVectors = isEmbedding(question.sampling);
  if (verification.type === "redundant")
    return askSeveral(parts, verified, { executors: verification.executors, signal });
  if (verification.type !== "audit") {
    // One that wants the whole shows no sign of life before its end, and one for a single executor has no other.
    const isHedged = parts.settings.hedging === "on" && verified.whole !== true && verified.executor === undefined;
    return isHedged ? askHedged(parts, verified, signal) : ask(parts, verified, signal);
  }
  const { audit } = parts;
  if (isOfVectors)
    throw new LloomError("UNSUPPORTED", "Vectors cannot be audited: nothing is signed of how they came about.", {
      next: "Ask for less than an audit, such as redundant:2.",
    });
  if (audit === undefined)
    throw new LloomError("UNSUPPORTED", "This client has no weights to hold answers against.", {
      next: "Ask for less than an audit, or give --weights.",
    });
  return askAudited(parts, verified, { audit, signal });
}
