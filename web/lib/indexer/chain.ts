import type { TokenUnit } from "../format.ts";
import { ask } from "../graphql.ts";
import type { Answer } from "../problem.ts";
import { readRowOrNull, record, selection, TOKEN } from "../rows.ts";
import { NETWORK_ROW } from "./selections.ts";

/** How amounts of this network are written, as its token contract says; undefined until the contracts are seen. */
export const readToken = (): Promise<Answer<TokenUnit | undefined>> =>
  ask({ fields: `${NETWORK_ROW} { ${selection(TOKEN)} }` }, (data) => {
    const row = readRowOrNull(TOKEN, data["network"], "network");
    return row && { decimals: row.tokenDecimals, symbol: row.tokenSymbol };
  });

/** How far the indexer is: its newest block and that block's time. */
export interface IndexedHead {
  readonly chainId: number;
  readonly block: number;
  readonly timestamp: number;
}

/** The indexer's newest block; undefined while it has none. */
export const readIndexedHead = (): Promise<Answer<IndexedHead | undefined>> =>
  ask({ fields: "_meta { status }" }, (data) => {
    const status = record(record(data["_meta"], "_meta")["status"], "_meta.status");
    const [chain] = Object.values(status);
    if (chain === undefined) return undefined;
    const { id, block } = record(chain, "_meta.status.chain");
    const { number, timestamp } = record(block, "_meta.status.chain.block");
    return { chainId: Number(id), block: Number(number), timestamp: Number(timestamp) };
  });
