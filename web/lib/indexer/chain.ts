import type { TokenUnit } from "@lloom/protocol/amounts";
import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { TOKEN } from "../rows.ts";
import { readRowOrNull, selection } from "../shapes.ts";
import { NETWORK_ROW } from "./query-parts.ts";

export const NETWORK_TOKEN = defineQuery({
  takes: {},
  fields: `${NETWORK_ROW} { ${selection(TOKEN)} }`,
  read: (data): TokenUnit | undefined => {
    const row = readRowOrNull(TOKEN, data["network"], "network");
    return row && { decimals: row.tokenDecimals, symbol: row.tokenSymbol };
  },
});

/** How amounts of this network are written, as its token contract says; undefined until the contracts are seen. */
export const readToken = (): Promise<IndexReply<TokenUnit | undefined>> => ask(NETWORK_TOKEN, {});
