import type { Hex } from "@lloom/protocol/commitment-types";
import { askNow } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex, orNull, whole } from "../readers.ts";
import { ADDRESS, CHANNEL } from "../rows.ts";
import { readItems, readRowOrNull } from "../shapes.ts";
import { rows } from "./query-parts.ts";

const FUNDED = { executorAddress: CHANNEL.executorAddress, balance: CHANNEL.balance } as const;
const SESSION = { principalAddress: hex, thawEnd: orNull(whole) } as const;
const MOST = 200;

/** What a session key can spend, and whom it can ask. */
export const PURSE = defineQuery({
  takes: { principal: "String!", signer: "String!" },
  fields: `${rows(FUNDED, `where: { clientAddress: $principal, balance_gt: "0" }, limit: ${MOST}`, "channels")}
    ${rows(ADDRESS, `where: { active: true }, orderBy: "stake", orderDirection: "desc", limit: ${MOST}`, "executors")}
    sessionSigner(address: $signer) { principalAddress thawEnd }`,
  read: (data) => ({
    channels: readItems(FUNDED, data["channels"], "channels"),
    staked: readItems(ADDRESS, data["executors"], "executors").map(({ address }): Hex => address),
    session: readRowOrNull(SESSION, data["sessionSigner"], "sessionSigner"),
  }),
});

export type IndexedPurse = ReturnType<typeof PURSE.read>;

export const readPurse = (of: {
  readonly principal: string;
  readonly signer: string;
}): Promise<IndexReply<IndexedPurse>> => askNow(PURSE, of);
