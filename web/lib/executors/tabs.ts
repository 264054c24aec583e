import { oneParam, type SearchParams } from "../list-query.ts";

/** Parts of an executor's page below its standing, by their word in the address bar. */
export const TABS = {
  earnings: "Earnings",
  audits: "Audits",
  disputes: "Disputes",
  stake: "Stake",
  settlements: "Settlements",
} as const;

export type TabName = keyof typeof TABS;

/** The part that the address bar asks for, else the first. */
export function parseTab(params: SearchParams): TabName {
  const asked = oneParam(params, "tab") ?? "";
  return Object.hasOwn(TABS, asked) ? (asked as TabName) : "earnings";
}
