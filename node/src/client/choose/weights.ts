/** Which weights a model's name stands for. */
import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { Candidate } from "./choose.ts";
import { isFoundOut } from "./reputation.ts";

/** Weights that are sold under a name. */
export interface WeightsOnSale {
  /** The SHA-256 that executors sign; zero for those who name none. */
  readonly hash: Hex;
  readonly executors: number;
  /** What these executors have at stake, base units. A floating-point number: it ranks. */
  readonly stake: number;
  /** Of that, of executors that count: neither found out by others, nor a stranger that failed this client. */
  readonly counted: number;
}

/** All weights that are sold under a name, the one that it stands for first: that in use, while anybody who counts sells it. */
export function weightsOnSale(candidates: readonly Candidate[], inUse?: Hex): WeightsOnSale[] {
  const byHash = new Map<Hex, { -readonly [Field in keyof WeightsOnSale]: WeightsOnSale[Field] }>();
  for (const candidate of candidates) {
    const hash = candidate.signed.offer.weightsHash;
    let sold = byHash.get(hash);
    if (sold === undefined) {
      sold = { hash, executors: 0, stake: 0, counted: 0 };
      byHash.set(hash, sold);
    }
    const own = candidate.stake ?? 0;
    sold.executors += 1;
    sold.stake += own;
    if (!isFoundOut(candidate) && hasNotFailed(candidate)) sold.counted += own;
  }
  const isInUse = ({ hash, counted }: WeightsOnSale): boolean => hash === inUse && counted > 0;
  return [...byHash.values()].sort(
    (a, b) =>
      Number(isInUse(b)) - Number(isInUse(a)) ||
      b.counted - a.counted ||
      b.stake - a.stake ||
      b.executors - a.executors ||
      (a.hash < b.hash ? -1 : 1),
  );
}

/** Else who offers other weights with much stake, and answers nobody, would hold up a name. */
const hasNotFailed = ({ health }: Candidate): boolean =>
  health.answers > 0 ? !health.distrusted : health.failures === 0;

/** Whether weights are those that were asked for by the beginning of their hash; those that nobody names never are. */
export const isOfWeights = (hash: Hex, digits: string): boolean =>
  hash !== ZERO_HASH && hash.slice(2).startsWith(digits);

/** As people and callers write weights; undefined for those that nobody names. */
export const shownWeights = (hash: Hex): string | undefined =>
  hash === ZERO_HASH ? undefined : `sha256:${hash.slice(2)}`;
