import type { Log } from "../../log.ts";
import type { Background } from "../../primitives/background.ts";
import type { Backoff } from "../../primitives/backoff.ts";
import type { Clock } from "../../primitives/clock.ts";
import type { KeptBatches } from "../../store/batches/kept-batches.ts";
import type { KeptFiles } from "../../store/batches/kept-files.ts";
import type { JsonReader } from "../json-body.ts";
import type { KeyCaller } from "../keys/key-caller.ts";
import type { Owner } from "../keys/owner.ts";
import type { BatchEndpoint } from "./line-endpoint.ts";
import type { LinePlaces } from "./line-places.ts";

/** How lines are asked. */
export interface BatchSettings {
  /** Lines of all batches together that are asked at once. */
  readonly most: number;
  /** Of one batch, until answers come. */
  readonly first: number;
  /** Between passes in which nobody had time or a price. */
  readonly retry: Backoff;
  /** Longest rest while nothing changes. */
  readonly longestRestMs: number;
  /** Batches of one caller that have not ended. */
  readonly mostOfOne: number;
}

export const BATCH_SETTINGS: BatchSettings = {
  most: 64,
  first: 8,
  retry: { firstMs: 1_000, longestMs: 60_000 },
  longestRestMs: 5 * 60_000,
  mostOfOne: 100,
};

/** What batches are run with. */
export interface RunParts {
  readonly batches: KeptBatches;
  readonly files: KeptFiles;
  readonly endpoints: ReadonlyMap<string, BatchEndpoint>;
  /** Whose limits hold for a batch of this owner. Throws where nobody would be let in. */
  readonly callerOf: (owner: Owner) => KeyCaller | undefined;
  readonly read: JsonReader;
  readonly places: LinePlaces;
  readonly settings: BatchSettings;
  /** Resolves when what is offered has changed, or at the signal. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
  /** There is no room for results. */
  readonly isFull: () => boolean;
  /** Waited for when the gateway closes. */
  readonly inFlight: Background;
  /** Aborts when nothing more is asked. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}
