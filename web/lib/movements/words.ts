import type * as tables from "../../../indexer/ponder.schema.ts";

type ClientKind = (typeof tables.clientMovement.$inferSelect)["kind"] | "UNKNOWN";
type RewardKind = (typeof tables.rewardMovement.$inferSelect)["kind"] | "UNKNOWN";

const UNKNOWN = "Something that this explorer does not know";

/** What happened to a client's money. */
export const CLIENT_MOVE_WORDS: Readonly<Record<ClientKind, string>> = {
  DEPOSIT: "Deposited",
  WITHDRAW: "Withdrew deposit",
  ALLOCATE: "Allocated",
  UNLOCK_REQUEST: "Began an unlock",
  UNLOCK_CANCEL: "Cancelled an unlock",
  UNLOCK_FINALIZE: "Finished an unlock",
  RELEASE: "Got released",
  REFUND: "Got refunded",
  UNKNOWN,
};

/** What happened to shares of slashes. */
export const REWARD_MOVE_WORDS: Readonly<Record<RewardKind, string>> = {
  TRANSFER: "Gave rewards away",
  WITHDRAW: "Claimed rewards",
  UNKNOWN,
};
