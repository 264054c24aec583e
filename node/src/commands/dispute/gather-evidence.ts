import type { Hex } from "@lloom/protocol/commitment-types";
import { type Evidence, EvidenceCollector } from "@lloom/protocol/evidence-collector";
import { EVIDENCE_ITEMS, type EvidenceItem } from "@lloom/protocol/evidence-messages";
import { evidenceParts } from "@lloom/protocol/evidence-parts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { OwnAnswers } from "../../evidence/answer-evidence.ts";
import type { FetchEvidenceParts, FetchedEvidence } from "../../evidence/fetch-evidence.ts";

/** An answer whose evidence is wanted. */
export interface WantedAnswer {
  readonly requestHash: Hex;
  /** The response that a dispute names; undefined: whichever both have signed. */
  readonly responseHash: Hex | undefined;
}

/** A log of this key that may hold some of it. */
export interface OwnLog {
  /** How a sentence names it. */
  readonly name: string;
  readonly answers: OwnAnswers;
}

export interface GatheringEvidence extends Pick<FetchEvidenceParts, "hasher" | "isSignedFor"> {
  readonly logs: readonly OwnLog[];
  /** Asks the parties for what no log here has; undefined where nobody can be asked. */
  readonly fetch:
    | ((wanted: WantedAnswer, items: readonly EvidenceItem[], known: Evidence | undefined) => Promise<FetchedEvidence>)
    | undefined;
}

/** All that can be had of an answer, each thing held against what was signed. */
export interface GatheredEvidence {
  readonly evidence: Evidence;
  /** Where it came from. */
  readonly from: readonly string[];
  /** Who gave nothing, or nothing that is right. */
  readonly faults: readonly string[];
}

/**
 * Collects the evidence of an answer: what this key's logs hold, and of the parties what is lacking then. Nothing of either is believed: what
 * opens no signed hash is refused.
 * @throws LloomError EVIDENCE_MISSING when not even the receipt can be had, EVIDENCE_INVALID for a log that does not hold what was signed.
 */
export async function gatherEvidence(parts: GatheringEvidence, wanted: WantedAnswer): Promise<GatheredEvidence> {
  let evidence: Evidence | undefined;
  const from: string[] = [];
  const faults: string[] = [];
  for (const { name, answers } of parts.logs) {
    const found = await ownEvidence(parts, answers, wanted);
    if (found === undefined) continue;
    evidence = evidence === undefined ? found : joined(evidence, found);
    from.push(name);
  }
  const lacking = EVIDENCE_ITEMS.filter((item) => evidence?.[item] === undefined);
  if (lacking.length > 0 && parts.fetch !== undefined) {
    try {
      const fetched = await parts.fetch(wanted, lacking, evidence);
      evidence = evidence === undefined ? fetched.evidence : joined(evidence, fetched.evidence);
      from.push("the parties");
      faults.push(...fetched.faults.map(({ error }) => error.message));
    } catch (thrown) {
      const { code, message, details } = asLloomError(thrown);
      if (code !== "EVIDENCE_MISSING") throw thrown;
      const told = details["faults"];
      faults.push(...(Array.isArray(told) && told.length > 0 ? told.map(String) : [message]));
    }
  }
  if (evidence !== undefined) return { evidence, from, faults };
  throw new LloomError("EVIDENCE_MISSING", `No evidence of the answer to ${wanted.requestHash} can be had.`, {
    details: { requestHash: wanted.requestHash, faults },
    next: faults[0] ?? "Give the --data-dir of a party, or ask as the challenger or a juror: they alone are shown it.",
  });
}

/** What a log of this key holds; undefined where it does not know the answer. */
async function ownEvidence(
  { hasher, isSignedFor }: GatheringEvidence,
  { receiptOf, held }: OwnAnswers,
  { requestHash, responseHash }: WantedAnswer,
): Promise<Evidence | undefined> {
  const receipt = receiptOf(requestHash);
  if (receipt === undefined) return undefined;
  const ask = { requestHash, items: [...EVIDENCE_ITEMS] };
  const collector = new EvidenceCollector({ hasher, ask, responseHash });
  for (const part of evidenceParts(held(requestHash, receipt), ask)) collector.take(part);
  const { evidence, signatures } = collector.result();
  for (const { by, digest, signature } of signatures)
    if (!(await isSignedFor(receipt.request[by], digest, signature)))
      throw new LloomError("EVIDENCE_INVALID", `The log holds a signature that is not the ${by}'s.`);
  return evidence;
}

/** The first one's things, and of the second what the first lacks. Both open the same two signed hashes. */
function joined(first: Evidence, second: Evidence): Evidence {
  const { lacks, ...known } = first;
  const { lacks: alsoLacks, ...more } = second;
  const all = { ...more, ...known };
  const open = EVIDENCE_ITEMS.filter((item) => all[item] === undefined);
  const why = open.map((item) => [item, alsoLacks.get(item) ?? lacks.get(item) ?? "none"] as const);
  return { ...all, lacks: new Map(why) };
}
