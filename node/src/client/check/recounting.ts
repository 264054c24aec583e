import type { Hex } from "@lloom/protocol/commitment-types";
import { promisedBy } from "@lloom/protocol/profile";
import type { VocabularyReply } from "@lloom/protocol/rpc-messages";
import type { CountQuestion } from "../../backend/counting/count-messages.ts";
import type { TokenCounter } from "../../backend/counting/token-counter.ts";
import { type FetchPart, Vocabularies } from "../../backend/counting/vocabularies.ts";
import type { Log } from "../../log.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { callVocabulary } from "../../p2p/rpc/rpc-calls.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { ClientSettings } from "../client-options.ts";
import { Recount } from "./recount.ts";

export interface RecountingParts {
  /** Directory where vocabularies rest; without one nothing is counted again. */
  readonly vocabularies?: string;
  readonly host: Host;
  readonly store: Pick<ClientLog, "wrongCounts" | "ownEvidence">;
  readonly log: Log;
}

/** Of so many wrong counts the vocabularies stay. */
const MOST_HELD = 32;

/** Vocabularies that jurors may have to count by: of the newest wrong counts. */
export const disputedVocabularies = (store: RecountingParts["store"]): Hex[] =>
  store.wrongCounts(MOST_HELD).flatMap(({ requestHash }) => {
    const { vocabulary } = promisedBy(store.ownEvidence(requestHash)?.prompt ?? {});
    return vocabulary ?? [];
  });

/** Counts the tokens of every answer again, of which the vocabulary can be had. */
export interface Recounting extends AsyncDisposable {
  /** Begins with an answer of an executor that names a vocabulary; it is asked for it if nobody was before. */
  begin(vocabulary: Hex, target: PeerTarget): Pick<Recount, "counts">;
  /** The file of a vocabulary; fetched if it is not here. Throws what fetching it throws. */
  file(vocabulary: Hex, target: PeerTarget): Promise<string>;
  /** A part of a vocabulary that is here, for whoever has to count by it. */
  part(vocabulary: Hex, offset: number): VocabularyReply | undefined;
  /** Whether answers can be counted by it, as far as is known: it is here, or nobody has failed to give it. */
  mayCount(vocabulary: Hex): boolean;
}

/** Nothing is loaded and no process started before the first answer that can be counted. */
export function openRecounting(
  { vocabularies: directory, host, store, log }: RecountingParts,
  { vocabularyWaitMs: waitMs }: Pick<ClientSettings, "vocabularyWaitMs">,
): Recounting | undefined {
  if (directory === undefined) return undefined;
  const closing = new AbortController();
  const vocabularies = new Vocabularies({ directory, held: () => disputedVocabularies(store) });
  let counter: Promise<TokenCounter> | undefined;
  const load = async (): Promise<TokenCounter> => {
    const { TokenCounter } = await import("../../backend/counting/token-counter.ts");
    return new TokenCounter();
  };
  const parts = {
    ...{ vocabularies, waitMs, log },
    count: async (question: CountQuestion) => {
      counter ??= load();
      return (await counter).count(question);
    },
  };
  const fetchFrom =
    (hash: Hex, target: PeerTarget): FetchPart =>
    (offset) =>
      callVocabulary(host, { target, hash, offset, signal: closing.signal });
  return {
    begin: (hash, target) => new Recount(parts, { hash, fetchPart: fetchFrom(hash, target) }),
    file: (hash, target) => vocabularies.get(hash, fetchFrom(hash, target)),
    part: (vocabulary, offset) => vocabularies.part(vocabulary, offset),
    mayCount: (vocabulary) => !vocabularies.isMissed(vocabulary),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await (await counter)?.[Symbol.asyncDispose]();
    },
  };
}
