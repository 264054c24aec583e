import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { hashEvidence } from "@lloom/protocol/evidence-hash";
import { senderOf } from "../chain/account/actions.ts";
import { refuseCertain } from "../chain/account/cost.ts";
import type { Chain } from "../chain/chain.ts";
import { isRefusal } from "../chain/chain-failure.ts";
import type { ContractCall } from "../chain/contract-call.ts";
import { answerMeasuredCall, appealCall, concedeMeasuredCall } from "../chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../chain/disputes/measured-court.ts";
import {
  type AnswerDisputed,
  type Complaint,
  type MeasuredEvent,
  measuredSource,
  readComplaint,
} from "../chain/disputes/measured-events.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";
import { watchEvents } from "../chain/watch/watch.ts";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Duty, DutyLog } from "../store/duty-log.ts";
import type { AppealPolicy, AppealView } from "./appeal-rules.ts";
import { depositApproval, readAppeal } from "./deposits.ts";
import { dutyOfComplaint } from "./duty-of-complaint.ts";
import type { LookedAfter } from "./look-after.ts";
import { moveOn } from "./move-on.ts";
import { noteEnd } from "./note-end.ts";
import { noteState } from "./note-state.ts";
import { isAgainst, isEnded, nextPartyMove, type OwnAct, type PartyReply } from "./party-rules.ts";
import { type CaseNow, readCase } from "./read-case.ts";
import { stepAll } from "./step-all.ts";

export interface PartyOptions {
  readonly chain: Chain;
  readonly court: MeasuredCourt;
  readonly side: "executor" | "challenger";
  readonly account: Address;
  readonly store: DutyLog;
  readonly appeals: AppealPolicy;
  /** Base units that appeals may lock. */
  readonly mostDeposits: bigint;
  /** What an executor says to a complaint; `wait` while it has nothing to show. */
  readonly reply?: (complaint: Complaint, signal: AbortSignal) => Promise<PartyReply>;
  /** A dispute was opened, or moved on, or is over. */
  readonly onNews: (duty: Duty) => void;
  readonly log: Log;
}

/** Kind of the duties of each side. */
const DUTY_OF = { executor: "defend", challenger: "accuse" } as const;

/** Nothing has to be known of an appeal that is not due. */
const NO_APPEAL: Pick<AppealView, "deposit" | "locked" | "funds"> = { deposit: undefined, locked: 0n, funds: 0n };

/** The measured disputes of one party, each noted when it is opened and seen through to its end. */
export function partyDuties(options: PartyOptions): LookedAfter {
  const { chain, court, side, account, store, log } = options;
  const party = new Party(options);
  return {
    watch: ({ wake, ...pace }) => {
      const onEvent = async (event: MeasuredEvent): Promise<void> => {
        if (event.type === "MeasuredOpened") await note(options, event.id, pace.signal);
        wake();
      };
      return watchEvents(chain, measuredSource(court, { side, account }), { ...pace, onEvent, onRemoved: wake });
    },
    round: (signal) =>
      stepAll(store.openDuties(DUTY_OF[side]), (duty, ending) => party.step(duty, ending), { signal, log }),
  };
}

async function note(
  { chain, court, side, store, onNews, log }: PartyOptions,
  id: Hex,
  signal: AbortSignal,
): Promise<void> {
  const duty = dutyOfComplaint(DUTY_OF[side], await untilAborted(readComplaint(chain, court, id), signal));
  if (!store.noteDuty(duty)) return;
  const { peer, amount, penalty, dueAt } = duty;
  log.warn(
    { id, peer, paid: String(amount), penalty: String(penalty), until: String(dueAt) },
    "measured dispute opened",
  );
  onNews(duty);
}

/** Sees measured disputes of one party through, each step as the chain has it then. */
class Party {
  readonly #options: PartyOptions;
  /** What the contract refused, by dispute. */
  readonly #refused = new Map<Hex, Set<OwnAct>>();
  readonly #complaints = new Map<Hex, Complaint>();

  constructor(options: PartyOptions) {
    this.#options = options;
  }

  /** Looks at one dispute; true when something was sent: then there may be more to do. */
  async step({ id }: Pick<Duty, "id">, signal: AbortSignal): Promise<boolean> {
    const { chain, court, side, store } = this.#options;
    const duty = store.findDuty(DUTY_OF[side], id);
    if (duty === undefined) return false;
    const now = await readCase(chain, court, id, signal);
    const refused = this.#refused.get(id) ?? new Set<OwnAct>();
    const reply = now.dispute.state === "answer" ? await this.#reply(id, signal) : "wait";
    const appeal = await untilAborted(this.#appeal(now), signal);
    const move = nextPartyMove({ ...now, side, reply, appeal, refused });
    this.#noteDeadline(duty, now);
    if (move.act === "none") {
      this.#rest(duty, move.state, now.nowSeconds);
      return false;
    }
    if (move.act === "draw" || move.act === "poke")
      return moveOn({ chain, court }, { ...now, move: move.act }, { id, signal });
    noteState(this.#options, duty, move.act);
    return this.#send(duty, { act: move.act, deposit: appeal.deposit }, signal);
  }

  async #reply(id: Hex, signal: AbortSignal): Promise<PartyReply> {
    const { reply } = this.#options;
    return reply === undefined ? "wait" : reply(await this.#complaint(id, signal), signal);
  }

  /** It never changes; a reorganisation brings another id. */
  async #complaint(id: Hex, signal: AbortSignal): Promise<Complaint> {
    const { chain, court } = this.#options;
    const known = this.#complaints.get(id) ?? (await untilAborted(readComplaint(chain, court, id), signal));
    this.#complaints.set(id, known);
    return known;
  }

  async #appeal({ dispute }: CaseNow): Promise<AppealView> {
    const { chain, court, side, account, store, appeals: policy, mostDeposits: mostLocked } = this.#options;
    const isAsked = dispute.state === "appealable" && isAgainst({ side, dispute });
    const own = isAsked ? store.openDuties(DUTY_OF[side]).map(({ id }) => id) : [];
    const found = isAsked ? await readAppeal(chain, court, { dispute, account, own }) : NO_APPEAL;
    return { policy, mostLocked, ...found };
  }

  #noteDeadline(duty: Duty, { dispute: { until } }: CaseNow): void {
    if (until !== 0n && until !== duty.dueAt) this.#options.store.changeDuty(duty, { dueAt: until });
  }

  /** Notes how it stands; once it is over, forgets it when that is final. */
  #rest(duty: Duty, state: string, nowSeconds: bigint): void {
    noteState(this.#options, duty, state);
    if (noteEnd(this.#options.store, duty, { isOver: isEnded(state), nowSeconds })) this.#forget(duty);
  }

  #forget(duty: Duty): void {
    this.#options.store.closeDuty(duty);
    this.#complaints.delete(duty.id);
    this.#refused.delete(duty.id);
  }

  /** False when the contract refused it. What it refuses is not sent again in this run. */
  async #send(
    duty: Duty,
    { act, deposit = 0n }: { readonly act: OwnAct; readonly deposit?: bigint | undefined },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { chain, court, log } = this.#options;
    const sender = senderOf(chain);
    try {
      if (act === "appeal") {
        const approval = await depositApproval(chain, court, { account: sender.account.address, amount: deposit });
        if (approval !== undefined) {
          // What the contract refuses anyway needs no approval, which would be left over.
          await untilAborted(refuseCertain(chain, sender.account.address, this.#callOf(duty, act)), signal);
          await sender.send(approval, { signal });
        }
      }
      await sender.send(this.#callOf(duty, act), { signal });
      return true;
    } catch (thrown) {
      const error = asLloomError(thrown);
      if (!isRefusal(error)) throw error;
      const { id } = duty;
      log.warn({ id, act, problem: error.message }, "step of a measured dispute refused");
      this.#refused.set(id, (this.#refused.get(id) ?? new Set<OwnAct>()).add(act));
      return false;
    }
  }

  #callOf({ id }: Duty, act: OwnAct): ContractCall {
    const { court } = this.#options;
    if (act === "concede") return concedeMeasuredCall(court, id);
    if (act === "appeal") return appealCall(court, id);
    const answers: readonly AnswerDisputed[] | undefined = this.#complaints.get(id)?.answers;
    if (answers === undefined) throw new LloomError("INTERNAL", "The complaint is not known.", { details: { id } });
    return answerMeasuredCall(court, id, hashEvidence(answers.map(({ responseHash }) => responseHash)));
  }
}
