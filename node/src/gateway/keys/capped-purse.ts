import { shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { Purse } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import type { RequestCharge } from "../../store/client/request-charge.ts";

/** What requests have cost, by the client's log; undefined while one may still cost something. */
export type ChargeOf = (requestHash: Hex) => RequestCharge | undefined;

interface Cap {
  /** Base units. */
  readonly most: bigint;
  /** What may cost no more, and what to do about it. */
  readonly what: string;
  readonly next: string;
  readonly token: TokenUnit;
  readonly chargeOf?: ChargeOf | undefined;
}

/** A purse out of which no more is ever paid than it holds. */
export interface CappedPurse extends Purse {
  /** What is spent, or may still be; base units. */
  readonly taken: bigint;
}

/**
 * Holds the most that each request may cost before it is signed, whatever is tried, hedged or asked of several, and lets go of what turns out
 * to cost less. Throws INSUFFICIENT_FUNDS for a request that could cost more than is left.
 */
export function cappedPurse({ most, what, next, token, chargeOf }: Cap): CappedPurse {
  let spent = 0n;
  const held = new Map<Hex, bigint>();
  const taken = (): bigint => {
    for (const requestHash of [...held.keys()]) {
      const charge = chargeOf?.(requestHash);
      if (charge === undefined) continue;
      spent += charge.cost;
      held.delete(requestHash);
    }
    return [...held.values()].reduce((sum, amount) => sum + amount, spent);
  };
  return {
    get taken() {
      return taken();
    },
    hold: (requestHash, amount) => {
      const before = taken();
      if (before + amount <= most) {
        held.set(requestHash, amount);
        return;
      }
      const [may, could, left] = [most, amount, most - before].map((units) => shownAmount(units, token));
      const rest = before === 0n ? "" : `, of which ${left} are left`;
      throw new LloomError(
        "INSUFFICIENT_FUNDS",
        `${what} may cost ${may} at most${rest}; a request could cost ${could}.`,
        {
          next,
        },
      );
    },
  };
}

/** One purse of several, each of which a request has to fit into. */
export const joinedPurse = (purses: readonly Purse[]): Purse => ({
  hold: (requestHash, most) => {
    const waits: Promise<void>[] = [];
    for (const purse of purses) {
      const held = purse.hold(requestHash, most);
      if (held instanceof Promise) waits.push(held);
    }
    // At once where all of them are: then it is one transaction with the request.
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  },
});
