import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { encodeTraceLeaf } from "@lloom/protocol/trace";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import { pause } from "../primitives/pause.ts";
import { type EvidenceFaultKind, type FetchEvidenceParts, fetchEvidence, NoEvidence } from "./fetch-evidence.ts";

/** An answer whose trace is asked for, and who signed it. */
export interface TraceOrder {
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  readonly executor: Address;
  readonly target: PeerTarget;
}

/** It is asked for so often: an executor that is busy, or away for a moment, is not one that hides it. */
const TRIES = 3;
const PAUSE_MS = 5_000;

export interface FetchTraceParts extends FetchEvidenceParts {
  /** Keeps what came, for jurors. */
  readonly store: { saveTrace(fetched: { readonly requestHash: Hex; readonly leaves: readonly Uint8Array[] }): void };
  readonly log: Log;
  /** Between two tries. */
  readonly pauseMs?: number;
}

/**
 * All leaves of a trace. Else why they are not here, the most that any try has shown: that its executor could not be reached, of which
 * nobody knows whose doing it is, is not its word that it gives none.
 */
export type FetchedTrace =
  | { readonly leaves: readonly Hex[] }
  | { readonly leaves: undefined; readonly why: EvidenceFaultKind };

type OwnDoing = "refused" | "invalid";

/** Whether it is an executor's own doing: others may keep it from answering, or busy. */
export const isOwnDoing = (why: EvidenceFaultKind): why is OwnDoing => why === "refused" || why === "invalid";

/** For who asked and is left without a trace, of which nobody knows whose doing that is. */
export const notFetched = (executor: Address, why: Exclude<EvidenceFaultKind, OwnDoing>): LloomError =>
  new LloomError(
    "EXECUTOR_UNREACHABLE",
    `Executor ${executor} answered and is paid, but the trace that it signed could not be fetched: ${why === "busy" ? "it is busy" : "nothing whole came"}.`,
    {
      next: "Try again in a moment: nobody is held to be at fault, and the new answer is paid too.",
      details: { executor, why },
    },
  );

/** From what says nothing of the executor to what says most. */
const REASONS: readonly EvidenceFaultKind[] = ["unreached", "busy", "refused", "invalid"];

/** All leaves of a trace, checked against the signed root and kept, or why its executor does not show them. */
export async function fetchTrace(
  parts: FetchTraceParts,
  { requestHash, responseHash, executor: address, target }: TraceOrder,
  signal: AbortSignal,
): Promise<FetchedTrace> {
  const sources = [{ role: "executor" as const, address, target }];
  let reason = 0;
  for (let tries = 1; tries <= TRIES && !signal.aborted; tries++) {
    if (tries > 1) await pause(parts.pauseMs ?? PAUSE_MS, signal);
    try {
      const { evidence } = await fetchEvidence(parts, { requestHash, responseHash, items: ["trace"], sources }, signal);
      if (evidence.trace === undefined) {
        // It shows what was signed, and says that the trace is not there.
        reason = Math.max(reason, REASONS.indexOf("refused"));
        continue;
      }
      const leaves = evidence.trace.leaves.map((leaf) => encodeTraceLeaf(leaf, leaf.index));
      parts.store.saveTrace({ requestHash, leaves });
      return { leaves: leaves.map(bytesToHex) };
    } catch (thrown) {
      const { code, message } = asLloomError(thrown);
      const faults = thrown instanceof NoEvidence ? thrown.faults : [];
      reason = Math.max(reason, ...faults.map(({ kind }) => REASONS.indexOf(kind)));
      parts.log.info({ executor: address, code, problem: message }, "a trace did not come");
    }
  }
  return { leaves: undefined, why: REASONS[reason] ?? "unreached" };
}
