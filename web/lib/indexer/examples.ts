import type { Examples } from "../about/saved-queries.ts";
import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { SETTLEMENT } from "../rows.ts";
import { readItems } from "../shapes.ts";
import { rows } from "./query-parts.ts";

const PARTIES = { modelHash: SETTLEMENT.modelHash, clientAddress: SETTLEMENT.clientAddress } as const;

export const EXAMPLES = defineQuery({
  takes: {},
  fields: rows(PARTIES, `orderBy: "timestamp", orderDirection: "desc", limit: 1`, "settlements"),
  read: (data): Examples | undefined => {
    const [newest] = readItems(PARTIES, data["settlements"], "settlements");
    return newest && { model: newest.modelHash, client: newest.clientAddress };
  },
});

/** What there is to ask about, of the newest settlement; undefined before any. */
export const readExamples = (): Promise<IndexReply<Examples | undefined>> => ask(EXAMPLES, {});
