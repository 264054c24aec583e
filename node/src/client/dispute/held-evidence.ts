import type { OwnAnswers } from "../../evidence/answer-evidence.ts";
import type { ClientLog } from "../../store/client/client-log.ts";

/**
 * What a client's log shows of its answers to whoever has a right to it: those that it accepted, and those that it refused for
 * their counts. Of their traces those that it has fetched: an executor may hide from jurors what it has shown before.
 */
export const heldByClient = (
  store: Pick<ClientLog, "receipt" | "ownEvidence" | "lateAnswer" | "wrongCount">,
): OwnAnswers => ({
  receiptOf: (requestHash) => (store.receipt(requestHash) ?? store.wrongCount(requestHash))?.receipt,
  held: (requestHash, receipt) => {
    const { prompt, text, trace = "none" } = store.ownEvidence(requestHash) ?? {};
    const wrong = store.wrongCount(requestHash);
    const contentSalt = wrong?.contentSalt ?? store.receipt(requestHash)?.contentSalt;
    const refused = wrong && new TextEncoder().encode(wrong.opened.text);
    const bytes = refused ?? text ?? store.lateAnswer(requestHash);
    return {
      ...{ receipt, trace, acknowledgement: "none" },
      prompt: prompt ?? "deleted",
      text: bytes === undefined || contentSalt === undefined ? "deleted" : { contentSalt, bytes },
    };
  },
});
