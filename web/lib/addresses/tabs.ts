import type { AddressPage } from "../indexer/addresses.ts";
import { oneParam, type SearchParams } from "../list-query.ts";

/** What an address can be, by its word in the address bar. */
export const ADDRESS_TABS = {
  executor: "Executor",
  validator: "Validator",
  client: "Client",
  signer: "Session key",
  contract: "Contract",
} as const;

export type AddressTab = keyof typeof ADDRESS_TABS;

/** Roles that an address has, in their order. */
export const tabsOf = (page: AddressPage): readonly AddressTab[] =>
  (Object.keys(ADDRESS_TABS) as AddressTab[]).filter((tab) => page[tab] !== undefined);

/** The role that the address bar asks for, else the first that there is. */
export function parseAddressTab(params: SearchParams, tabs: readonly AddressTab[]): AddressTab | undefined {
  const asked = oneParam(params, "tab");
  return tabs.find((tab) => tab === asked) ?? tabs[0];
}
