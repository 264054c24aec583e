import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { MEASURED_SECONDS } from "@lloom/protocol/evidence-windows";
import { readJurors, readSeat } from "../../chain/disputes/jury.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { type AnswerDisputed, disputedSource } from "../../chain/disputes/measured-events.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { watchEvents } from "../../chain/watch/watch.ts";
import type { LookedAfter } from "../../duties/look-after.ts";
import { type CaseNow, readCase } from "../../duties/read-case.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import { callEvidence } from "../../p2p/rpc/rpc-calls.ts";
import { backoffMs } from "../../primitives/backoff.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { DisputedAnswersLog } from "../../store/client/disputed-answers.ts";
import { type FindJurorsParts, findJurors } from "./find-jurors.ts";

export interface CallJurorsOptions extends FindJurorsParts {
  readonly court: MeasuredCourt;
  readonly client: Address;
  readonly store: DisputedAnswersLog;
}

/** One that has heard is called again so often: the connection may be gone, or the juror have begun anew. */
const HEARD_MS = 60_000;
/** One that was not reached, or does not know yet that it was drawn. */
const RETRY = { firstMs: 5_000, longestMs: 300_000 };

/** How it stands with one juror of one panel. */
interface Called {
  readonly failures: number;
  readonly againMs: number;
}

/**
 * Calls the jurors of measured disputes about this client's answers, whoever opened them, so that each can ask it for its evidence over
 * the connection by which it calls: a client need not listen anywhere. A juror is called until it has committed to its vote, or says
 * that it has decided; the chain says who has not, so that a restart forgets nobody.
 */
export function callJurors(options: CallJurorsOptions): LookedAfter {
  const { chain, court, client, store, log } = options;
  const calls = new JurorCalls(options);
  const running = new Map<Hex, Promise<void>>();
  const start = (dispute: Hex, signal: AbortSignal): void => {
    const look = calls.look(dispute, signal).catch((thrown: unknown) => {
      if (!signal.aborted) log.info({ dispute, problem: asLloomError(thrown).message }, "jurors are not called yet");
    });
    running.set(
      dispute,
      look.finally(() => running.delete(dispute)),
    );
  };
  return {
    watch: ({ wake, ...pace }) => {
      const onEvent = async ({ id }: AnswerDisputed): Promise<void> => {
        store.noteDisputed(id, await untilAborted(chain.nowSeconds(), pace.signal));
        wake();
      };
      return watchEvents(chain, disputedSource(court, client), { ...pace, onEvent, onRemoved: wake });
    },
    // Nobody waits for a juror that is slow.
    round: async (signal) => {
      const disputed = store.disputed();
      if (disputed.length === 0) return;
      store.pruneDisputed((await untilAborted(chain.nowSeconds(), signal)) - MEASURED_SECONDS);
      for (const dispute of disputed) if (!running.has(dispute)) start(dispute, signal);
    },
    idle: async () => void (await Promise.all(running.values())),
  };
}

class JurorCalls {
  readonly #options: CallJurorsOptions;
  /** By dispute, panel and juror. */
  readonly #called = new Map<string, Called>();

  constructor(options: CallJurorsOptions) {
    this.#options = options;
  }

  /** Calls whoever is to be called now. Throws what the chain throws. */
  async look(dispute: Hex, signal: AbortSignal): Promise<void> {
    const { chain, court, store } = this.#options;
    const now = await readCase(chain, court, dispute, signal);
    if (now.dispute.state === "closed") {
      store.forgetDisputed(dispute);
      for (const key of this.#called.keys()) if (key.startsWith(dispute)) this.#called.delete(key);
      return;
    }
    const jurors = (await this.#undecided(dispute, now, signal)).filter((juror) => this.#isDue(dispute, now, juror));
    if (jurors.length === 0) return;
    const found = await findJurors(this.#options, jurors, signal);
    await Promise.all(jurors.map((juror) => this.#call({ dispute, juror, now, target: found.get(juror) }, signal)));
  }

  /** Those of the panel who have not committed to a vote, while they can. */
  async #undecided(id: Hex, { dispute, panel }: CaseNow, signal: AbortSignal): Promise<readonly Address[]> {
    const { chain, court } = this.#options;
    if (dispute.state !== "voting" || panel.phase !== "commit") return [];
    const jurors = await untilAborted(readJurors(chain, court, { id, round: panel.round }), signal);
    const seats = await untilAborted(Promise.all(jurors.map((juror) => readSeat(chain, court, { id, juror }))), signal);
    return jurors.filter((_, index) => seats[index]?.commitment === ZERO_HASH);
  }

  #isDue(dispute: Hex, now: CaseNow, juror: Address): boolean {
    const called = this.#called.get(keyOf(dispute, now, juror));
    return called === undefined || steadyClock() >= called.againMs;
  }

  /** Throws only when the signal ends it. */
  async #call({ dispute, juror, now, target }: JurorCall, signal: AbortSignal): Promise<void> {
    const { host, log } = this.#options;
    const key = keyOf(dispute, now, juror);
    const failures = (this.#called.get(key)?.failures ?? 0) + 1;
    try {
      if (target === undefined) throw new LloomError("EXECUTOR_UNREACHABLE", "Nobody knows where this juror is.");
      const { wanted } = await callEvidence(host, { target, signal }, dispute);
      const againMs = wanted ? steadyClock() + HEARD_MS : Number.POSITIVE_INFINITY;
      this.#called.set(key, { failures: 0, againMs });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      this.#called.set(key, { failures, againMs: steadyClock() + backoffMs(failures, RETRY) });
      const { code, message } = asLloomError(thrown);
      if (failures === 1) log.info({ dispute, juror, code, problem: message }, "a juror was not reached with evidence");
    }
  }
}

interface JurorCall {
  readonly dispute: Hex;
  readonly juror: Address;
  readonly now: CaseNow;
  /** Where it is, if anybody knows. */
  readonly target: PeerTarget | undefined;
}

/** A later panel is another matter. */
const keyOf = (dispute: Hex, { panel }: CaseNow, juror: Address): string => `${dispute} ${panel.round} ${juror}`;
