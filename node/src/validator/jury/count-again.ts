import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { RecountedAnswer } from "@lloom/protocol/count-finding";
import { type CountingBy, countingBy } from "@lloom/protocol/counting-by";
import type { ChatMessage } from "@lloom/protocol/messages";
import { parseProfile } from "@lloom/protocol/profile";
import type { Counted, CountQuestion } from "../../backend/counting/count-messages.ts";

/** An answer with what was promised of it. */
export interface AnswerToCount extends Pick<Receipt, "request" | "response"> {
  readonly messages: readonly ChatMessage[];
  readonly text: string;
  /** As the request binds it; absent: it asked for an answer, not for vectors. */
  readonly sampling?: CountQuestion["sampling"];
  /** As the request binds it, and its text, if that is known. */
  readonly profileHash: Hex;
  readonly profile: string | undefined;
}

export interface CountAgainParts {
  /** SHA-256 of the vocabulary that the signed weights make; `undefined` without them. */
  readonly made: Hex | undefined;
  /** The file to count by. Throws where there is none. */
  readonly vocabularyOf: (way: Exclude<CountingBy, { readonly by: "misnamed" }>) => string | Promise<string>;
  readonly count: (question: CountQuestion) => Promise<Counted>;
}

/** Counts an answer again by the vocabulary that it has to be counted by, for jurors and for audits. Throws what counting throws. */
export async function countAgain(
  { request, response, messages, text, sampling, profileHash, profile }: AnswerToCount,
  { made, vocabularyOf, count }: CountAgainParts,
): Promise<RecountedAnswer> {
  const way = countingBy({ made, profileHash, profile });
  if (way.by === "misnamed") return { request, response, counts: "misnamed" };
  const vocabulary = await vocabularyOf(way);
  const counts = await count({ vocabulary, messages, asOfSeconds: Number(request.deadline), text, sampling });
  const promised = profile === undefined ? undefined : parseProfile(profile);
  return {
    ...{ request, response, counts, isSameVersion: counts.version === promised?.version },
    canClear: way.by === "weights" && way.canClear,
  };
}
