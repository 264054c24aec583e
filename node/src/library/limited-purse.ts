import type { Hex } from "@lloom/protocol/commitment-types";
import type { Purse } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import type { SpendingLimits } from "./public-types.ts";

/** What a request has cost for good, by the client's log; undefined while it may still cost something. */
type ChargeOf = (requestHash: Hex) => { readonly cost: bigint } | undefined;

/**
 * Holds what a client spends to its limits: before a request is signed, what all before it have cost, what those under way may still cost and
 * what it may cost itself are no more than the limit.
 */
export class LimitedPurse implements Purse {
  readonly #limits: Pick<SpendingLimits, "perRequest" | "total">;
  readonly #chargeOf: ChargeOf;
  readonly #held = new Map<Hex, bigint>();
  #spent = 0n;

  constructor(limits: Pick<SpendingLimits, "perRequest" | "total">, chargeOf: ChargeOf) {
    this.#limits = limits;
    this.#chargeOf = chargeOf;
  }

  /** Throws INSUFFICIENT_FUNDS where a limit does not cover it; then nothing is signed. */
  hold(requestHash: Hex, most: bigint): void {
    const { perRequest, total } = this.#limits;
    if (perRequest !== undefined && most > perRequest)
      throw overLimit(`The request may cost ${most} base units, and limits.perRequest is ${perRequest}.`);
    this.#resolve();
    const held = [...this.#held.values()].reduce((sum, amount) => sum + amount, 0n);
    if (total !== undefined && this.#spent + held + most > total)
      throw overLimit(
        `Of limits.total, ${total} base units, ${this.#spent} are spent and ${held} held for requests under way; the request may cost ${most}.`,
      );
    this.#held.set(requestHash, most);
  }

  #resolve(): void {
    for (const requestHash of this.#held.keys()) {
      const charge = this.#chargeOf(requestHash);
      if (charge === undefined) continue;
      this.#held.delete(requestHash);
      this.#spent += charge.cost;
    }
  }
}

const overLimit = (message: string): LloomError =>
  new LloomError("INSUFFICIENT_FUNDS", message, {
    next: "Ask for fewer tokens or a lower price, or raise the limit.",
  });
