import type { TokenUnit } from "@lloom/protocol/amounts";
import { cache } from "react";

/*
 * The payment token of the network that is being drawn. It comes along with every answer of the indexer, so that whoever
 * has an amount also has its unit, without a question of its own and without handing it through every component. One slot
 * for each request: two readers never share it.
 */

interface Slot {
  token: TokenUnit | undefined;
}

const slot = cache((): Slot => ({ token: undefined }));

/** Keeps the token that came with an answer for the rest of this request. */
export function rememberToken(token: TokenUnit): void {
  slot().token = token;
}

/** The payment token, once anything was read in this request; undefined until the contracts are seen. */
export const currentToken = (): TokenUnit | undefined => slot().token;
