import type { SettlementRow } from "../rows.ts";

const DAY_SECONDS = 86_400;

/** When the last answer of a settlement is the executor's for good: the contract books by the day, and it matures when the day after its own ends. */
export const maturesAt = ({ timestamp }: Pick<SettlementRow, "timestamp">): number =>
  (Math.floor(timestamp / DAY_SECONDS) + 2) * DAY_SECONDS;
