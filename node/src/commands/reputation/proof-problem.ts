import type { Address } from "@lloom/protocol/commitment-types";
import { rootByProof } from "@lloom/protocol/merkle";
import { standingLeaf } from "@lloom/protocol/reputation/standings-tree";
import type { ToldStanding } from "../../indexer/indexer.ts";

/** Why an answer does not show that the standing is under its root; undefined if it does. */
export function proofProblem(
  executor: Address,
  { standing, root, count, index, proof }: ToldStanding,
): string | undefined {
  const found = rootByProof({ leaf: standingLeaf({ executor, ...standing }), index, total: count, proof });
  if (found === undefined) return "its proof is not as long as the leaf's place asks for";
  return found === root ? undefined : "the proof leads to another root than it names";
}
