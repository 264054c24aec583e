import { shownTokens } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";

export interface Asking {
  /** Base units. */
  readonly asked: bigint;
  readonly available: bigint;
  /** Where it is, to begin the sentence "The free deposit holds …". */
  readonly where: string;
  readonly next: string;
}

/** Why an amount cannot be moved, where less than that is there; undefined if it can. */
export function tooMuch(chain: Chain, { asked, available, where, next }: Asking): LloomError | undefined {
  if (asked <= available) return undefined;
  return new LloomError(
    "INSUFFICIENT_FUNDS",
    `${where} ${shownTokens(chain, available)}; ${shownTokens(chain, asked)} were asked. Nothing was sent.`,
    { next },
  );
}
