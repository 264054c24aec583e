/** Rows of money that moved without a settlement, as `../rows.ts` has those of settlements. */
import type * as tables from "../../../indexer/ponder.schema.ts";
import { big, hex, oneOf, orNull, text } from "../readers.ts";
import { type ColumnsOf, ORIGIN, STAKE_MOVEMENT } from "../rows.ts";
import type { Row } from "../shapes.ts";
import { CLIENT_MOVE_WORDS, REWARD_MOVE_WORDS } from "./words.ts";

export const CLIENT_MOVEMENT = {
  id: text,
  clientAddress: hex,
  kind: oneOf(CLIENT_MOVE_WORDS),
  amount: big,
  executorAddress: orNull(hex),
  counterparty: orNull(hex),
  ...ORIGIN,
} as const;
export const MEMBER_MOVEMENT = { ...STAKE_MOVEMENT, memberAddress: hex } as const;
export const EARNINGS_WITHDRAWAL = {
  id: text,
  executorAddress: hex,
  receiver: hex,
  amount: big,
  ...ORIGIN,
} as const satisfies ColumnsOf<typeof tables.earningsWithdrawal>;
export const REWARD_MOVEMENT = {
  id: text,
  accountAddress: hex,
  kind: oneOf(REWARD_MOVE_WORDS),
  receiver: hex,
  amount: big,
  ...ORIGIN,
} as const;

export type ClientMovement = Row<typeof CLIENT_MOVEMENT>;
export type MemberMovement = Row<typeof MEMBER_MOVEMENT>;
export type EarningsWithdrawal = Row<typeof EARNINGS_WITHDRAWAL>;
export type RewardMovement = Row<typeof REWARD_MOVEMENT>;
