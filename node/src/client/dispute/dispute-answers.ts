import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { accountingV2Facts, deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { zeroPadValue } from "ethers";
import { chainUntil } from "../../chain/chain-until.ts";
import { accountingInterface } from "../../chain/contracts.ts";
import { type DeliveryEvent, deliverySource } from "../../chain/dispute-events.ts";
import { type ChainEvent, decodeEvent } from "../../chain/events.ts";
import { openJudges } from "../../chain/judges.ts";
import { untilAborted } from "../../chain/until-aborted.ts";
import { watchEvents } from "../../chain/watch.ts";
import { watchFrom } from "../../chain/watch-from.ts";
import { asLloomError } from "../../errors.ts";
import { Rounds } from "../../primitives/rounds.ts";
import type { Duty } from "../../store/duty-log.ts";
import { dutyOfOpened } from "../../store/opened-dispute.ts";
import type { ClientSettings } from "../client-options.ts";
import { Complaints, type ComplaintsOptions } from "./complaints.ts";
import { type FetchAnswerParts, fetchAnswer } from "./fetch-answer.ts";
import { Reports } from "./reports.ts";
import { dutyOfSettlement } from "./settled-answers.ts";

export type DisputeAnswersParts = Pick<ComplaintsOptions, "chain" | "client" | "store" | "log"> &
  Pick<FetchAnswerParts, "host" | "hasher" | "targetOf">;
type DisputeAnswersOptions = Omit<ComplaintsOptions, "disputes"> & {
  readonly hasher: CommitmentHasher;
  readonly pollMs: number;
};

/** There are days: so many times as long as for what the next request depends on. */
const POLLS = 4;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };
/** Whoever starts without a memory looks back as far as a settlement can still be disputed. */
const BACK_SECONDS = accountingV2Facts.SETTLE_WINDOW + deliveryDisputesFacts.CHALLENGE_WINDOW;

/**
 * Looks out for answers that were settled and never came, disputes them as the policy says, and reports two signatures over
 * one request; until it is closed. What happened while it was away is found at the start.
 */
export function disputeAnswers(parts: DisputeAnswersParts, settings: ClientSettings): AsyncDisposable {
  const { log } = parts;
  const options: DisputeAnswersOptions = {
    ...parts,
    fetch: (duty, asking) => fetchAnswer(parts, duty, asking),
    policy: settings.disputes,
    mostLocked: settings.disputeBonds,
    patienceSeconds: settings.disputePatienceSeconds,
    onNews: settings.onDispute,
    pollMs: POLLS * settings.watchPollMs,
  };
  const stop = new AbortController();
  const watching: Promise<void>[] = [];
  let step: ((duty: Duty, signal: AbortSignal) => Promise<boolean>) | undefined;
  const rounds: Rounds = new Rounds({
    everyMs: settings.disputeCheckMs,
    retry: RETRY,
    round: async (signal) => {
      step ??= await begin(options, { signal: stop.signal, wake: () => rounds.wake(), watching });
      await lookAtAll(options, step, signal);
    },
    onFailure: (thrown, failures) => {
      const { code, message } = asLloomError(thrown);
      if (failures === 1) log.warn({ code, problem: message }, "disputes cannot be looked after, trying on");
    },
  });
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await rounds[Symbol.asyncDispose]();
      await Promise.all(watching);
    },
  };
}

async function lookAtAll(
  { store, log }: DisputeAnswersOptions,
  step: (duty: Duty, signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let failure: unknown;
  for (const duty of [...store.openDuties("report"), ...store.openDuties("dispute")]) {
    try {
      while (await step(duty, signal));
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      log.warn({ id: duty.id, problem: asLloomError(thrown).message }, "dispute put off");
      failure ??= thrown;
    }
  }
  if (failure !== undefined) throw failure;
}

interface Beginning {
  readonly signal: AbortSignal;
  readonly wake: () => void;
  readonly watching: Promise<void>[];
}

/** Finds the judges, and watches from where it was before. */
async function begin(options: DisputeAnswersOptions, { signal, wake, watching }: Beginning) {
  const { chain, client, store, pollMs, onNews, log } = options;
  const bounded = chainUntil(chain, signal);
  const judges = await untilAborted(openJudges(bounded), signal);
  const { fromBlock, seen } = await untilAborted(watchFrom(bounded, store, BACK_SECONDS), signal);
  const note = (duty: Duty | undefined): void => {
    if (duty === undefined || !store.noteDuty(duty)) return;
    log.warn(
      { kind: duty.kind, requestHash: duty.requestHash, executor: duty.peer },
      "settled answer is not what came",
    );
    onNews(duty);
  };
  const onSettled = async (event: ChainEvent): Promise<void> => {
    if (event.type === "LaneSettled" && event.client === client)
      note(await untilAborted(dutyOfSettlement({ ...options, chain: bounded }, event), signal));
    wake();
  };
  // Somebody else may have opened it for this client, as a command does.
  const onDispute = (event: DeliveryEvent): void => {
    if (event.type === "DeliveryOpened" && event.client === client && store.ownRequest(event.requestHash) !== undefined)
      note(dutyOfOpened("client", event));
    wake();
  };
  const settlements = {
    address: [chain.accounting],
    topics: [accountingInterface.getEvent("LaneSettled")?.topicHash ?? null, zeroPadValue(client, 32)],
    decode: decodeEvent,
  };
  const pace = { fromBlock, pollMs, signal, onRemoved: wake };
  watching.push(
    watchEvents(chain, settlements, { ...pace, onEvent: onSettled, onProgress: seen }),
    watchEvents(chain, deliverySource(judges.delivery, "client", client), { ...pace, onEvent: onDispute }),
  );
  const complaints = new Complaints({ ...options, disputes: judges.delivery });
  const reports = new Reports({ ...options, judges });
  return (duty: Duty, ending: AbortSignal): Promise<boolean> =>
    (duty.kind === "report" ? reports : complaints).step(duty, ending);
}
