/** An executor before a court whose answers are counted again: its log, its host, and what it shows to jurors. */
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { Counted } from "../../node/src/backend/counting/count-messages.ts";
import type { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import { answerEvidence } from "../../node/src/evidence/answer-evidence.ts";
import { heldByExecutor } from "../../node/src/executor/dispute/held-evidence.ts";
import { serveEvidence } from "../../node/src/p2p/evidence/evidence-server.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import type { ExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { recoverAddress } from "../../node/src/wallet/recover.ts";
import { type Court, executorLogIn, type Sale, type Somebody } from "./court.ts";
import { silentLog, startHost } from "./hosts.ts";

/** The shipped weights, which make the vocabulary that jurors count by. */
export const TINY = new URL("../../node/models/tiny/lloom-tiny.gguf", import.meta.url).pathname;

export interface Seller {
  readonly executor: Somebody;
  readonly store: ExecutorLog;
  readonly host: Host;
}

/** An executor of a court with a log and a host, which are closed with court and stack. It shows nothing yet. */
export async function openSeller(court: Court, stack: AsyncDisposableStack, name: string): Promise<Seller> {
  const executor = await court.as(name);
  const host = stack.use(await startHost({ secret: executor.identity.secret }));
  return { executor, store: executorLogIn(court, executor), host };
}

/** Opens an executor's evidence to whom it belongs. */
export const showSales = ({ executor: { chain }, store, host }: Seller): Promise<AsyncDisposable> =>
  serveEvidence(host, {
    handle: answerEvidence({
      ...{ chain, hasher: createCommitmentHasher(chain.domain), recover: recoverAddress },
      answers: heldByExecutor(store),
    }),
    limits: { askBurst: 1_000 },
    log: silentLog,
  });

/** The tokens of an answer, by the vocabulary of a file. */
export const countSale = (counter: TokenCounter, { held, receipt }: Sale, vocabulary = TINY): Promise<Counted> =>
  counter.count({
    ...{ vocabulary, messages: held.prompt.messages, asOfSeconds: Number(receipt.request.deadline) },
    text: Buffer.from(held.text.bytes).toString(),
  });
