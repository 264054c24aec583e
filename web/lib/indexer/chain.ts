import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex } from "../readers.ts";
import { NETWORK, TOKEN } from "../rows.ts";
import { readRowOrNull, selection } from "../shapes.ts";
import { NETWORK_ROW } from "./query-parts.ts";

/** The contract that a network's receipts are for, and how its amounts are written. */
export interface Deployment {
  readonly chainId: bigint;
  readonly accounting: Hex;
  readonly stakeRegistry: Hex;
  readonly audits: Hex;
  readonly token: TokenUnit;
}

const DEPLOYMENT = {
  ...TOKEN,
  chainId: NETWORK.chainId,
  accounting: NETWORK.accounting,
  stakeRegistry: NETWORK.stakeRegistry,
  audits: hex,
} as const;

export const NETWORK_DEPLOYMENT = defineQuery({
  takes: {},
  fields: `${NETWORK_ROW} { ${selection(DEPLOYMENT)} }`,
  read: (data): Deployment | undefined => {
    const row = readRowOrNull(DEPLOYMENT, data["network"], "network");
    if (row === undefined) return undefined;
    const { tokenDecimals: decimals, tokenSymbol: symbol, ...contracts } = row;
    return { ...contracts, token: { decimals, symbol } };
  },
});

/** What this explorer's network is; undefined until the contracts are seen. */
export const readDeployment = (): Promise<IndexReply<Deployment | undefined>> => ask(NETWORK_DEPLOYMENT, {});
