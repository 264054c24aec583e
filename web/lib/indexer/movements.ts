import { type Movement, movementsOf } from "../movements/movements.ts";
import { CLIENT_MOVEMENT, EARNINGS_WITHDRAWAL, MEMBER_MOVEMENT, REWARD_MOVEMENT } from "../movements/rows.ts";
import type { Data } from "../query.ts";
import { readItems } from "../shapes.ts";
import { rows } from "./query-parts.ts";

/** What narrows each of the tables that money moves in: a GraphQL filter's fields. */
interface Narrowed {
  readonly client: string;
  readonly stake: string;
  readonly earnings: string;
  readonly rewards: string;
}

/** The same filter for each. */
export const movedWhere = (filter: string): Narrowed => ({
  client: filter,
  stake: filter,
  earnings: filter,
  rewards: filter,
});

/** The selection of all that moved, the newest rows of each table. */
export function selectMovements({ client, stake, earnings, rewards }: Narrowed, limit: number): string {
  const newest = (filter: string) =>
    `where: { ${filter} }, orderBy: "timestamp", orderDirection: "desc", limit: ${limit}`;
  return [
    rows(CLIENT_MOVEMENT, newest(client), "clientMovements"),
    rows(MEMBER_MOVEMENT, newest(stake), "stakeMovements"),
    rows(EARNINGS_WITHDRAWAL, newest(earnings), "earningsWithdrawals"),
    rows(REWARD_MOVEMENT, newest(rewards), "rewardMovements"),
  ].join(" ");
}

/** Reads what `selectMovements` asked for. */
export const readMovements = (data: Data): readonly Movement[] =>
  movementsOf({
    client: readItems(CLIENT_MOVEMENT, data["clientMovements"], "clientMovements"),
    stake: readItems(MEMBER_MOVEMENT, data["stakeMovements"], "stakeMovements"),
    earnings: readItems(EARNINGS_WITHDRAWAL, data["earningsWithdrawals"], "earningsWithdrawals"),
    rewards: readItems(REWARD_MOVEMENT, data["rewardMovements"], "rewardMovements"),
  });
