import type { Address } from "@lloom/protocol/commitment-types";
import { overchargeOf } from "@lloom/protocol/costs";
import { certainClaim } from "@lloom/protocol/count-finding";
import { hashEvidence } from "@lloom/protocol/evidence-hash";
import { senderOf } from "../../chain/account/actions.ts";
import type { Chain } from "../../chain/chain.ts";
import { openMeasuredCall } from "../../chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { quoteBond, readDisputeAbout } from "../../chain/disputes/measured-disputes.ts";
import { readLane } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { depositApproval, readFunds } from "../../duties/deposits.ts";
import { noteEnd } from "../../duties/note-end.ts";
import { noteState } from "../../duties/note-state.ts";
import { isEnded } from "../../duties/party-rules.ts";
import type { Log } from "../../log.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { WrongCount } from "../../store/client/wrong-counts.ts";
import type { Duty } from "../../store/duty-log.ts";
import type { DisputePolicy } from "./dispute-rules.ts";
import { complainBy, isSettledMatter, nextOvercharge, type OverchargeView } from "./overcharge-rules.ts";

/** Duties that are looked through for complaints that were lost. */
const REMEMBERED = 1_000;

export interface OverchargesOptions {
  readonly chain: Chain;
  readonly court: MeasuredCourt;
  readonly client: Address;
  readonly store: ClientLog;
  readonly policy: DisputePolicy;
  /** Base units that bonds of open complaints may lock. */
  readonly mostLocked: bigint;
  readonly onNews: (duty: Duty) => void;
  readonly log: Log;
}

/** The call by which a client complains of a wrong count, once its bond is approved. */
export const overchargeCall = (
  court: MeasuredCourt,
  wrong: Pick<WrongCount, "receipt" | "counts" | "responseHash">,
  maxBond: bigint,
) =>
  openMeasuredCall(court, {
    ...{ kind: "TokenInflation", evidenceHash: hashEvidence([wrong.responseHash]), maxBond },
    answers: [{ receipt: wrong.receipt, counted: wrong.counts }],
  });

/** Complains of counts that were charged and are not those of the model's tokenizer; all that proves it is in the log before. */
export class Overcharges {
  readonly #options: OverchargesOptions;

  constructor(options: OverchargesOptions) {
    this.#options = options;
  }

  /** True when something was sent: then there may be more to do. */
  async step({ id }: Pick<Duty, "id">, signal: AbortSignal): Promise<boolean> {
    const { chain, court, client, store, policy, mostLocked } = this.#options;
    const duty = store.findDuty("report", id);
    const wrong = duty && store.wrongCount(duty.requestHash);
    if (duty === undefined || wrong === undefined) return false;
    const { request } = wrong.receipt;
    const [dispute, lane, nowSeconds] = await untilAborted(
      Promise.all([readDisputeAbout(chain, court, request), readLane(chain, request), chain.nowSeconds()]),
      signal,
    );
    // Its own dispute, which nobody looks after yet: until then this duty stands for it among those about the executor.
    const isUnseen = dispute !== undefined && duty.state === "complain" && !store.findDuty("accuse", dispute);
    if (isUnseen && nowSeconds <= complainBy(request)) return false;
    const claimed = certainClaim({ ...wrong.receipt, counts: wrong.counts });
    const certain = { ...wrong, counts: claimed ?? wrong.counts };
    const terms = {
      kind: "TokenInflation",
      executor: request.executor,
      overcharge: overchargeOf(wrong.receipt, certain.counts),
    } as const;
    const isDisputed = dispute !== undefined;
    const before = this.#othersAbout(duty);
    const isCertain = claimed !== undefined;
    const mayComplain = !isDisputed && policy === "auto" && isCertain && before === "none";
    const [{ bond }, funds] = mayComplain
      ? await untilAborted(Promise.all([quoteBond(chain, court, terms), readFunds(chain, court, client)]), signal)
      : [{ bond: 0n }, 0n];
    // Nothing is waited for from here until it is noted: of two answers that were settled together one sees the other.
    const others = mayComplain ? this.#othersAbout(duty) : before;
    const locked = this.#under(duty).reduce((sum, other) => sum + other.bond, 0n);
    const view = { isDisputed, lane, request, nowSeconds, policy, isCertain, others, bond, locked, mostLocked, funds };
    const move = nextOvercharge(view);
    if (move.act === "none") {
      this.#rest(duty, move.state, nowSeconds);
      return false;
    }
    // Counted as locked from now on: its event comes later.
    store.changeDuty(duty, { bond });
    noteState(this.#options, duty, move.act);
    const sender = senderOf(chain);
    const approval = await depositApproval(chain, court, { account: client, amount: bond });
    if (approval !== undefined) await sender.send(approval, { signal });
    await sender.send(overchargeCall(court, certain, bond), { signal });
    return true;
  }

  /** Other complaints of this client that are open, or were sent and are not seen yet. */
  #under({ id }: Duty): readonly Duty[] {
    const { store } = this.#options;
    const opened = store.openDuties("accuse").filter(({ state }) => !isEnded(state));
    const sent = store.openDuties("report").filter((other) => other.id !== id && other.state === "complain");
    return [...opened, ...sent];
  }

  #othersAbout(duty: Duty): OverchargeView["others"] {
    const isAbout = ({ peer }: Duty): boolean => peer === duty.peer;
    if (this.#under(duty).some(isAbout)) return "open";
    const ended = this.#options.store.newestDuties(REMEMBERED).filter(isAbout);
    return ended.some(({ kind, state }) => kind === "accuse" && state === "rejected") ? "lost" : "none";
  }

  #rest(duty: Duty, state: string, nowSeconds: bigint): void {
    const { store } = this.#options;
    noteState(this.#options, duty, state);
    if (noteEnd(store, duty, { isOver: isSettledMatter(state), nowSeconds })) store.closeDuty(duty);
  }
}
