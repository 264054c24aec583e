import type { Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Judge, lackingOf, type ShownCase } from "./judge.ts";

/** Cases that are waited for at a time. */
const REMEMBERED = 64;

/**
 * Judges as another does, and throws EVIDENCE_MISSING where that can tell nothing while a party does not answer: a vote is final, and
 * what is lacking may come yet. What was measured in vain is not measured again before more of it is here.
 */
export function patientJudge(judge: Judge): Judge {
  const inVain = new BoundedMap<Hex, number>({ most: REMEMBERED });
  return async (shown, signal) => {
    const mayCome = shown.answers.some(({ mayComeYet }) => mayComeYet);
    const lacking = lackingIn(shown);
    if (mayCome && inVain.get(shown.id) === lacking) throw missing(lacking);
    const finding = await judge(shown, signal);
    if (!mayCome || finding.choice !== "Insufficient") return finding;
    inVain.set(shown.id, lacking);
    throw missing(lacking);
  };
}

const lackingIn = ({ answers }: ShownCase): number => answers.reduce((sum, answer) => sum + lackingOf(answer), 0);

const missing = (lacking: number): LloomError =>
  new LloomError(
    "EVIDENCE_MISSING",
    `${lacking} parts of the evidence are lacking, and a party that may have them gives none.`,
  );
