import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import type { Acknowledgement, AnswerReply } from "@lloom/protocol/rpc-messages";
import type { RecoverAddress } from "@lloom/protocol/signatures";
import { LloomError } from "../../errors.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";

export interface ClientCallsParts {
  readonly store: Pick<ExecutorLog, "find" | "delivery" | "saveAck">;
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
}

/** What clients say of answers, and ask of them, outside of any request: either spares both of them a dispute. */
export function clientCalls({ store, hasher, recover }: ClientCallsParts) {
  return {
    /** Keeps an acknowledgement of an answer of this executor's, by the client that it was for. */
    acknowledge: ({ requestHash, responseHash, signature }: Acknowledgement): void => {
      const served = store.find(requestHash);
      if (served?.status !== "signed" || served.responseHash !== responseHash) throw unknown(requestHash);
      const signer = recover(hasher.hashResponseAck({ requestHash, responseHash }), signature);
      if (signer !== served.receipt.request.client)
        throw new LloomError("SIGNATURE_INVALID", "The acknowledgement is not signed by the answer's client.");
      store.saveAck({ requestHash, responseHash, signature });
    },
    /** A signed answer with its text, for nobody but its client. */
    answer: (requestHash: Hex, client: Address): AnswerReply => {
      const served = store.find(requestHash);
      const kept = store.delivery(requestHash);
      if (served?.status !== "signed" || served.receipt.request.client !== client || kept === undefined)
        throw unknown(requestHash);
      const { response, executorSignature: signature } = served.receipt;
      const text = Buffer.from(kept.delivered).toString();
      return { response, signature, contentSalt: kept.contentSalt, text };
    },
  };
}

const unknown = (requestHash: Hex): LloomError =>
  new LloomError("REQUEST_INVALID", "This executor has no such answer for you.", { details: { requestHash } });
