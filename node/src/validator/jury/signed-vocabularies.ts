import type { Hex } from "@lloom/protocol/commitment-types";
import { Vocabularies } from "../../backend/counting/vocabularies.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { callVocabulary } from "../../p2p/rpc/rpc-calls.ts";

/** How long one of those who may have a vocabulary may take to give it: whoever gives it drop by drop only keeps others waiting. */
const WHOLE_MS = 120_000;

export interface SignedVocabulariesParts {
  /** Where they rest. */
  readonly directory: string;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** Vocabularies that executors signed, from the parties of a complaint: the next is asked where one does not give it whole. */
export function signedVocabularies({ directory, host, signal }: SignedVocabulariesParts) {
  const vocabularies = new Vocabularies({ directory });
  return (hash: Hex, holders: readonly PeerTarget[]): Promise<string> =>
    vocabularies.get(
      hash,
      ...holders.map((target) => {
        let ending: AbortSignal | undefined;
        return (offset: number) => {
          ending ??= AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)]);
          return callVocabulary(host, { target, hash, offset, signal: ending });
        };
      }),
    );
}
