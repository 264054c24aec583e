import type { Hex } from "@lloom/protocol/commitment-types";
import type { Clock, SteadyClock } from "../../primitives/clock.ts";
import type { ApiKeys, KeyName } from "../../store/client/api-keys.ts";
import type { KeyHold, KeyUsage, Spending } from "../../store/client/key-spending.ts";
import type { RequestCharge } from "../../store/client/request-charge.ts";

/** What of keys' spending is counted where; as `KeySpending`, but it may take time. */
export interface SharedSpending {
  hold(hold: KeyHold, budget: bigint | undefined): boolean | Promise<boolean>;
  /** Never throws where it takes time. */
  resolve(requests: readonly Hex[], chargeOf: (requestHash: Hex) => RequestCharge | undefined): void | Promise<void>;
  held(keyId?: number): readonly Hex[];
  spending(keyId: number, periodAtMs: number): Spending;
  usage(sinceMs: number, keyId?: number): readonly KeyUsage[] | Promise<readonly KeyUsage[]>;
}

/** What is kept of API keys, and by what clocks. */
export interface KeyStore {
  readonly keys: Pick<ApiKeys, "hasAny" | "bySecret" | "byId">;
  readonly spending: SharedSpending;
  /** What a request has cost, by the client's log. */
  readonly chargeOf: (requestHash: Hex) => RequestCharge | undefined;
  /** Sees a key anew where keys and budgets are shared with other gateways; what is read is of then. */
  readonly renew?: ((name: KeyName) => Promise<void>) | undefined;
  readonly clock?: Clock;
  readonly steady?: SteadyClock;
}
