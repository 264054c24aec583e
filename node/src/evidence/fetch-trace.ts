import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { encodeTraceLeaf } from "@lloom/protocol/trace";
import { asLloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import { pause } from "../primitives/pause.ts";
import { type FetchEvidenceParts, fetchEvidence } from "./fetch-evidence.ts";

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
}

/** All leaves of a trace, checked against the signed root and kept; `undefined` if its executor does not show them. */
export async function fetchTrace(
  parts: FetchTraceParts,
  { requestHash, responseHash, executor: address, target }: TraceOrder,
  signal: AbortSignal,
): Promise<Hex[] | undefined> {
  const sources = [{ role: "executor" as const, address, target }];
  for (let tries = 1; tries <= TRIES && !signal.aborted; tries++) {
    if (tries > 1) await pause(PAUSE_MS, signal);
    try {
      const { evidence } = await fetchEvidence(parts, { requestHash, responseHash, items: ["trace"], sources }, signal);
      if (evidence.trace === undefined) continue;
      const leaves = evidence.trace.leaves.map((leaf) => encodeTraceLeaf(leaf, leaf.index));
      parts.store.saveTrace({ requestHash, leaves });
      return leaves.map(bytesToHex);
    } catch (thrown) {
      const { code, message } = asLloomError(thrown);
      parts.log.info({ executor: address, code, problem: message }, "a trace did not come");
    }
  }
  return undefined;
}
