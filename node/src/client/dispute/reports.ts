import { randomBytes } from "node:crypto";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { senderOf } from "../../chain/account/actions.ts";
import type { Chain } from "../../chain/chain.ts";
import {
  commitReportCall,
  EQUIVOCATION_SECONDS,
  equivocationId,
  proveEquivocationCall,
  readReport,
  reportCommitment,
  type TwoAnswers,
} from "../../chain/disputes/equivocation.ts";
import type { Judges } from "../../chain/disputes/judges.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { noteEnd } from "../../duties/note-end.ts";
import { noteState } from "../../duties/note-state.ts";
import { isReported, nextReport } from "../../duties/report-rules.ts";
import type { Log } from "../../log.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { Duty } from "../../store/duty-log.ts";

export interface ReportsOptions {
  readonly chain: Chain;
  readonly judges: Judges;
  readonly hasher: CommitmentHasher;
  readonly store: ClientLog;
  readonly onNews: (duty: Duty) => void;
  readonly log: Log;
}

/** Reports two signatures over one request: both are in the log, with the secret, before anything is sent. */
export class Reports {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** True when something was sent: then there may be more to do. */
  async step({ id }: Pick<Duty, "id">, signal: AbortSignal): Promise<boolean> {
    const { chain, judges, store } = this.#options;
    const found = store.findDuty("report", id);
    const answers = found && this.#answersOf(found);
    if (found === undefined || answers === undefined) return false;
    const { duty, salt } = this.#salted(found);
    const reporter = senderOf(chain).account.address;
    const commitment = reportCommitment(reporter, { salt, ...this.#digestsOf(answers) });
    const asked = { id: equivocationId(duty.peer, id), commitment, reporter };
    const [report, nowSeconds] = await untilAborted(
      Promise.all([readReport(chain, judges.equivocation, asked), chain.nowSeconds()]),
      signal,
    );
    const proveBy = answers.request.deadline + EQUIVOCATION_SECONDS;
    const move = nextReport({ ...report, nowSeconds, proveBy });
    if (move.act === "none") {
      this.#rest(duty, move.state, nowSeconds);
      return false;
    }
    noteEnd(store, duty, { isOver: false, nowSeconds });
    noteState(this.#options, duty, move.act);
    const call =
      move.act === "commit"
        ? commitReportCall(judges.equivocation, commitment)
        : proveEquivocationCall(judges.equivocation, answers, salt);
    await senderOf(chain).send(call, { signal });
    return true;
  }

  /** The one that came, and the one that was settled. */
  #answersOf({ requestHash, settled }: Duty): TwoAnswers | undefined {
    const { store } = this.#options;
    const receipt = store.ownRequest(requestHash)?.receipt ?? store.wrongCount(requestHash)?.receipt;
    return receipt && settled && { request: receipt.request, first: receipt, second: settled };
  }

  #digestsOf({ first, second }: TwoAnswers): { readonly first: Hex; readonly second: Hex } {
    const { hashResponse } = this.#options.hasher;
    return { first: hashResponse(first.response), second: hashResponse(second.response) };
  }

  #salted(duty: Duty): { readonly duty: Duty; readonly salt: Hex } {
    const salt = duty.salt ?? bytesToHex(randomBytes(32));
    if (duty.salt === undefined) this.#options.store.changeDuty(duty, { salt });
    return { duty: { ...duty, salt }, salt };
  }

  #rest(duty: Duty, state: string, nowSeconds: bigint): void {
    const { store } = this.#options;
    noteState(this.#options, duty, state);
    if (noteEnd(store, duty, { isOver: isReported(state), nowSeconds })) store.closeDuty(duty);
  }
}
