import type * as tables from "../../../indexer/ponder.schema.ts";

type StakeKind = (typeof tables.stakeMovement.$inferSelect)["kind"] | "UNKNOWN";

/** What happened to a member's stake. */
export const STAKE_WORDS: Readonly<Record<StakeKind, string>> = {
  REGISTER: "Registered",
  STAKE: "Staked",
  UNBOND_REQUEST: "Began to unbond",
  UNBOND_CANCEL: "Stayed after all",
  WITHDRAW: "Withdrew",
  SLASH: "Slashed",
  UNKNOWN: "Something that this explorer does not know",
};
