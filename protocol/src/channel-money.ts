/** Money of channels and lanes, as the contract keeps it and every program speaks of it. All amounts in base units. */

/** What a client has reserved for one executor: `channels(client, executor)`. */
export interface ChannelFunds {
  /** With what is unlocking. */
  readonly balance: bigint;
  /** Asked back by the client; the executor can still claim it until `unlockAt`. */
  readonly unlocking: bigint;
  /** Unix seconds; zero while nothing unlocks. */
  readonly unlockAt: bigint;
}

/** What the contract has paid of a lane. */
export interface PaidLane {
  /** Of the newest answer that was settled. */
  readonly nonce: bigint;
  /** Paid ever. */
  readonly cost: bigint;
}

/** How far a lane is settled: `lanes(client, executor, lane)`. */
export interface SettledLane extends PaidLane {
  /** Prompt tokens. */
  readonly inbound: bigint;
  /** Answer tokens. */
  readonly outbound: bigint;
}
