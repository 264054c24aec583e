import { borderInput } from "@lloom/protocol/verification/border-input";
import type { ScoredPlace } from "@lloom/protocol/verification/scored-place";
import type { Reference } from "../../backend/llama-reference.ts";
import type { Random } from "../canary/draw.ts";
import { shippedVisits, type VisitSource } from "../canary/visit-source.ts";
import type { BorderQuestion } from "./plan.ts";

/** Questions that are looked at for one: with a model that is sure of itself few have two likely beginnings. */
const MOST_LOOKS = 100;

/** Looks for a question whose first token is nearly a tie, by one pass for each; `undefined` if there was none. */
export async function findBorder(
  reference: Pick<Reference, "scoreFirst" | "textOf">,
  leadBound: number,
  random: Random,
  questions: Pick<VisitSource, "question"> = shippedVisits,
): Promise<BorderQuestion | undefined> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const question = questions.question(random);
    if (question === undefined) return undefined;
    const prompt = { messages: [{ role: "user" as const, content: question }], asOfSeconds: 0 };
    const place: ScoredPlace = await reference.scoreFirst(prompt);
    const border = borderInput(place, leadBound, (token) => reference.textOf(prompt, [token]) ?? "");
    if (border !== undefined) return { question, border };
  }
  return undefined;
}
