import type { Candidate } from "./choose.ts";

/** By a jury, or by validators whose audits this client has read from the chain itself. No index's word alone does this. */
export const isFoundOut = ({ hasCheated, reputation }: Pick<Candidate, "hasCheated" | "reputation">): boolean =>
  hasCheated || reputation?.report === "computed";
