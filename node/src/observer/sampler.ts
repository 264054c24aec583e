import type { Address } from "@lloom/protocol/commitment-types";
import { asLloomError } from "../errors.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import { type PeerSample, samplePeer } from "../p2p/rpc/sample-peer.ts";
import { Background } from "../primitives/background.ts";
import { pause } from "../primitives/pause.ts";
import { TokenBucket } from "../primitives/token-bucket.ts";
import type { Sample } from "../store/observer/sample-log.ts";
import type { CallTurns } from "./call-turns.ts";
import type { ObserverParts } from "./observer-options.ts";

export interface SamplerOptions {
  readonly turns: CallTurns;
  readonly targetOf: (executor: Address) => PeerTarget | undefined;
  readonly onSample: (sample: Sample) => void;
  readonly clock: () => number;
}

/** Calls at the same time, and per second: what dials one after another is no scan, and what does not answer holds nobody up. */
const AT_ONCE = 8;
const RATE = { perSecond: 5, burst: 8 };
/** CallTurns come and go meanwhile. */
const LONGEST_WAIT_MS = 1_000;
const SHORTEST_WAIT_MS = 100;

/** Calls executors in turn until the signal. */
export async function keepSampling(
  parts: Pick<ObserverParts, "host" | "log">,
  options: SamplerOptions,
  signal: AbortSignal,
): Promise<void> {
  await using running = new Background();
  const rate = new TokenBucket(RATE);
  const { turns, clock } = options;
  while (!signal.aborted) {
    while (running.size < AT_ONCE && turns.waitMs(clock()) === 0 && rate.take()) {
      const executor = turns.take(clock());
      if (executor !== undefined) running.run(sampleOne(parts, options, executor, signal));
    }
    await pause(Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, turns.waitMs(clock()))), signal);
  }
}

/** One call. While nobody else is connected, silence may be this node's own, and says nothing of anybody. */
async function sampleOne(
  { host, log }: Pick<ObserverParts, "host" | "log">,
  { turns, targetOf, onSample, clock }: SamplerOptions,
  executor: Address,
  signal: AbortSignal,
): Promise<void> {
  const target = targetOf(executor);
  const isAlone = (): boolean => !host.connected().some((peer) => peer !== target?.peerId);
  try {
    if (target === undefined || isAlone()) return;
    const answered = await answerOf({ host, log }, { target, signal });
    if (signal.aborted || (answered === undefined && isAlone())) return;
    const times = answered && { connectMs: answered.connectMs, responseMs: answered.responseMs };
    onSample({ executor, atMs: clock(), answered: times });
  } finally {
    turns.over(executor, clock());
  }
}

/** Tries of one call: a connection that is lost once is no outage. */
const TRIES = 2;

async function answerOf(
  { host, log }: Pick<ObserverParts, "host" | "log">,
  call: { readonly target: PeerTarget; readonly signal: AbortSignal },
): Promise<PeerSample | undefined> {
  for (let tried = 1; tried <= TRIES && !call.signal.aborted; tried += 1)
    try {
      return await samplePeer(host, call);
    } catch (thrown) {
      const { code, message: problem } = asLloomError(thrown);
      log.debug({ peer: call.target.peerId, code, problem, tried }, "an executor did not answer");
    }
  return undefined;
}
