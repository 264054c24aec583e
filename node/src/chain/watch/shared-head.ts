import type { AbstractProvider } from "ethers";
import { steadyClock } from "../../primitives/clock.ts";

/** A timer may fire a little early: what is nearly due is asked for. */
const DUE = 0.9;

interface Asked {
  readonly atMs: number;
  readonly number: Promise<number>;
}

/** What each provider was asked last. */
const asked = new WeakMap<object, Asked>();

/** The newest block's number, and when it was asked for, by the steady clock. */
export interface Head {
  readonly number: number;
  readonly askedAtMs: number;
}

/**
 * The newest block of a provider's chain, asked for at most once every `pollMs` by all who watch it: whoever asks earlier gets
 * the number that another one got. When all ask again as soon as that is `pollMs` old, they do so together.
 */
export async function sharedHead(provider: Pick<AbstractProvider, "getBlockNumber">, pollMs: number): Promise<Head> {
  const last = asked.get(provider);
  const isFresh = last !== undefined && steadyClock() - last.atMs < pollMs * DUE;
  const { atMs, number } = isFresh ? last : ask(provider);
  return { number: await number, askedAtMs: atMs };
}

function ask(provider: Pick<AbstractProvider, "getBlockNumber">): Asked {
  const number = provider.getBlockNumber();
  const now = { atMs: steadyClock(), number };
  asked.set(provider, now);
  // Nobody shares a failure that is over: the next one asks.
  number.catch(() => asked.get(provider) === now && asked.delete(provider));
  return now;
}
