import { tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { asLloomError } from "../../errors.ts";
import type { Executor } from "../../executor/executor.ts";
import { pause } from "../../primitives/pause.ts";
import { announce, type CommandContext } from "../command.ts";
import { counted } from "../words.ts";
import { type DrainWish, type DrainWord, readWish, removeWish, removeWord, writeWord } from "./drain-files.ts";

/** How often it is looked whether somebody wants a drain. */
const LOOK_MS = 250;

/** What an executor does next about the wish of its owner. */
export type DrainStep = "rest" | "sell" | "stop" | "nothing";

/** By what is wished, and how far the executor is; undefined while it sells. */
export function drainStep(wish: DrainWish | undefined, state: DrainWord["state"] | undefined): DrainStep {
  if (wish === undefined) return state === undefined ? "nothing" : "sell";
  if (state === undefined) return "rest";
  return state === "drained" && !wish.stay ? "stop" : "nothing";
}

export interface FollowedExecutor {
  readonly running: Pick<Executor, "rest" | "sellAgain" | "finish" | "settleNow" | "status">;
  readonly chain: Chain;
}

/** A start sells, whatever was wished of the process before. */
export function forgetDrain({ settings }: CommandContext): void {
  removeWish(settings);
  removeWord(settings);
}

/** Does what `lloom drain` asks for, for as long as the executor runs. Resolves when it is drained and has to stop. */
export function followDrain(context: CommandContext, { running, chain }: FollowedExecutor): Promise<void> {
  const { settings, signal, stack, log } = context;
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  let drain: Drain | undefined;
  const look = (): void => {
    const wish = readWish(settings);
    const step = drainStep(wish, drain?.state);
    if (step === "rest") {
      drain = new Drain({ running, ending });
      tellResting(context, running, wish?.stay === true);
    }
    if (step === "sell") {
      drain?.undo();
      drain = undefined;
      running.sellAgain();
      removeWord(settings);
      log.info({}, "selling again");
      announce(context, { event: "selling" }, "Selling again, as lloom drain --undo asked.");
    }
    if (drain !== undefined && wish !== undefined) writeWord(settings, wordOf({ running, chain }, drain, wish));
    if (step === "stop") resolve();
  };
  const following = (async () => {
    while (!ending.aborted) {
      try {
        look();
      } catch (thrown) {
        const { code, message } = asLloomError(thrown);
        log.warn({ code, problem: message }, "a wish to drain could not be followed");
      }
      await pause(LOOK_MS, ending);
    }
  })();
  stack.defer(async () => {
    over.abort();
    await following;
    const wish = readWish(settings);
    // Whoever waits for the end learns from it what is left.
    if (drain !== undefined && wish !== undefined)
      writeWord(settings, { ...wordOf({ running, chain }, drain, wish), state: "stopped" });
    removeWish(settings);
  });
  return drained;
}

const wordOf = ({ running, chain }: FollowedExecutor, { state, problem }: Drain, { stay }: DrainWish): DrainWord => {
  const { running: answering, waiting, owed, disputes } = running.status();
  const { symbol, decimals } = tokenOf(chain);
  return {
    ...{ stay, state, open: answering + waiting, owed, disputes, token: { symbol, decimals } },
    ...(problem === undefined ? {} : { problem }),
  };
};

function tellResting(context: CommandContext, running: FollowedExecutor["running"], stay: boolean): void {
  const { running: answering, waiting } = running.status();
  const open = answering + waiting;
  context.log.info({ open, stay }, "draining, as lloom drain asked");
  const then = stay ? "It stays, and sells again after lloom drain --undo" : "Then it stops";
  announce(
    context,
    { event: "resting", open, stay },
    `Draining, as lloom drain asked: no new requests, ${counted(open, "answer")} to finish. ${then}.`,
  );
}

/** One drain on its way: what runs ends, then all is settled, however long that takes. */
class Drain {
  readonly #undone = new AbortController();
  #state: DrainWord["state"] = "finishing";
  #problem: string | undefined;

  constructor({ running, ending }: Pick<FollowedExecutor, "running"> & { readonly ending: AbortSignal }) {
    void this.#run(running, AbortSignal.any([ending, this.#undone.signal]));
  }

  get state(): DrainWord["state"] {
    return this.#state;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  undo(): void {
    this.#undone.abort();
  }

  async #run(running: FollowedExecutor["running"], signal: AbortSignal): Promise<void> {
    try {
      // Gossip that fails is no reason to go on selling: offers that nobody renews go stale.
      await running.rest().catch(() => undefined);
      await running.finish(signal);
      if (signal.aborted) return;
      this.#state = "settling";
      await running.settleNow(signal);
    } catch (thrown) {
      this.#problem = asLloomError(thrown).message;
    }
    if (!signal.aborted) this.#state = "drained";
  }
}
