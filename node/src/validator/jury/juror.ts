import { randomBytes } from "node:crypto";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { hashVote, type VoteChoice } from "@lloom/protocol/votes";
import type { Chain } from "../../chain/chain.ts";
import { type Panel, readSeat } from "../../chain/disputes/jury.ts";
import { commitVoteCall, revealVoteCall } from "../../chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { sendFirst } from "../../duties/move-on.ts";
import { noteEnd } from "../../duties/note-end.ts";
import { noteState } from "../../duties/note-state.ts";
import { readCase } from "../../duties/read-case.ts";
import type { Log } from "../../log.ts";
import type { Duty, DutyLog, SavedVote } from "../../store/duty-log.ts";
import { collectFees } from "./collect-fees.ts";
import type { Judgings } from "./judgings.ts";
import { isDischarged, nextVote } from "./vote-rules.ts";

export interface JurorOptions {
  readonly chain: Chain;
  readonly court: MeasuredCourt;
  readonly juror: Address;
  readonly store: DutyLog;
  readonly judgings: Judgings;
  /** A seat was given, or moved on, or its case is over. */
  readonly onNews: (duty: Duty) => void;
  readonly log: Log;
}

/** Votes in the cases that this validator was drawn for: the vote is saved, then committed to, then revealed. */
export class Juror {
  readonly #options: JurorOptions;

  constructor(options: JurorOptions) {
    this.#options = options;
  }

  /** Looks at one case; true when something was sent: then there may be more to do. */
  async step({ id }: Pick<Duty, "id">, signal: AbortSignal): Promise<boolean> {
    const { chain, court, juror, store, judgings } = this.#options;
    const duty = store.findDuty("judge", id);
    if (duty === undefined) return false;
    const [now, seat] = await Promise.all([
      readCase(chain, court, id, signal),
      untilAborted(readSeat(chain, court, { id, juror }), signal),
    ]);
    const commitment = this.#commitmentOf(duty, now.panel);
    const move = nextVote({ ...now, seat, commitment, looked: judgings.of(id) });
    this.#noteDeadline(duty, now.panel);
    if (move.act === "judge") {
      judgings.begin(id);
      noteState(this.#options, duty, "pending");
      return false;
    }
    if (move.act === "none") {
      await this.#rest(duty, { state: move.state, nowSeconds: now.nowSeconds }, signal);
      return false;
    }
    const vote = this.#savedVote(duty, move.act === "commit" ? move.choice : undefined);
    noteState(this.#options, duty, move.act);
    const call =
      move.act === "commit"
        ? commitVoteCall(court, id, this.#hash(id, now.panel, vote))
        : revealVoteCall(court, id, { juror, ...vote });
    return sendFirst(chain, call, signal);
  }

  /** The one vote of this case: saved before anything of it is sent. Without a choice it is what was saved before. */
  #savedVote({ id, choice: saved, salt }: Duty, choice: VoteChoice | undefined): SavedVote {
    if (saved !== undefined && salt !== undefined) return { choice: saved, salt };
    return this.#options.store.saveVote(id, { choice: choice ?? "Insufficient", salt: bytesToHex(randomBytes(32)) });
  }

  #commitmentOf({ id, choice, salt }: Duty, panel: Panel): Hex | undefined {
    return choice === undefined || salt === undefined || panel.round === 0
      ? undefined
      : this.#hash(id, panel, { choice, salt });
  }

  #hash(disputeId: Hex, { round }: Panel, vote: SavedVote): Hex {
    return hashVote({ disputeId, round, juror: this.#options.juror, ...vote });
  }

  #noteDeadline(duty: Duty, { phase, commitUntil, revealUntil }: Panel): void {
    const dueAt = phase === "commit" ? commitUntil : phase === "reveal" ? revealUntil : 0n;
    if (dueAt !== 0n && dueAt !== duty.dueAt) this.#options.store.changeDuty(duty, { dueAt });
  }

  /** Notes how it stands; once the case is over, takes what it brought, and forgets it when that is final. */
  async #rest(
    duty: Duty,
    { state, nowSeconds }: { readonly state: string; readonly nowSeconds: bigint },
    signal: AbortSignal,
  ): Promise<void> {
    const { store, judgings, chain, court, log } = this.#options;
    noteState(this.#options, duty, state);
    // Another draw may bring another panel, with other evidence.
    if (state === "gone" || state === "undrawn") judgings.forget(duty.id);
    const isFinal = noteEnd(store, duty, { isOver: isDischarged(state), nowSeconds });
    if (state === "paid") await collectFees(chain, court, { signal, log });
    if (!isFinal) return;
    store.closeDuty(duty);
    judgings.forget(duty.id);
  }
}
