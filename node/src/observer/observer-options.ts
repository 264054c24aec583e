import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Chain } from "../chain/chain.ts";
import type { Log } from "../log.ts";
import type { Host } from "../p2p/host/host.ts";
import type { Clock } from "../primitives/clock.ts";
import type { ObserverLog } from "../store/observer/observer-log.ts";
import type { Identity } from "../wallet/identity.ts";

/** What an observer is made of; all of it outlives the observer and is closed by whoever opened it. */
export interface ObserverParts {
  readonly identity: Pick<Identity, "address" | "sign">;
  readonly chain: Chain;
  /** Need not be reached by anybody. */
  readonly host: Host;
  readonly store: ObserverLog;
  readonly log: Log;
}

export interface ObserverOptions {
  /** Between two calls of one executor, on average. */
  readonly sampleMs?: number;
  /** How often expired offers are forgotten, and stakes looked at again. */
  readonly tidyIntervalMs?: number;
  /** Told of every call that counts. */
  readonly onSample?: (isUp: boolean) => void;
  /** Wall clock, Unix milliseconds. */
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** Which sheet is asked for. */
export type SheetWanted =
  | { readonly kind: "book"; readonly modelHash?: Hex | undefined; readonly executor?: Address | undefined }
  | { readonly kind: "models" }
  | { readonly kind: "executors" }
  | { readonly kind: "prices"; readonly modelHash: Hex; readonly sinceMs: number }
  | { readonly kind: "uptime"; readonly executor: Address; readonly sinceMs: number };

/** Looks at the network and says what it saw. */
export interface Observer extends AsyncDisposable {
  /** A signed sheet as JSON text; the same for a moment. */
  sheet(wanted: SheetWanted): string;
  /** Offers that it knows. */
  offerCount(): number;
  /** Executors that are called in turn. */
  executorCount(): number;
}
