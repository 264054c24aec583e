import { type ClientLog, openClientLog } from "../../node/src/store/client/client-log.ts";
import type { Database } from "../../node/src/store/database/database.ts";
import type { StagedEvidence } from "../../protocol/test/staged-evidence.ts";

/** A client's log that holds a staged answer as one that was bought. */
export function saveAsClient(
  database: Database,
  { requestHash, responseHash, receipt, held }: StagedEvidence,
): ClientLog {
  const store = openClientLog(database);
  const { request, clientSignature: signature } = receipt;
  const { promptSalt } = held.prompt;
  const { contentSalt, bytes: text } = held.text;
  // The lane is drawn by chance: here it has to be the signed one.
  store.reserveLane(request.executor);
  database.write(() => database.run(`UPDATE own_lanes SET lane = '${String(request.lane).padStart(29, "0")}'`));
  store.saveRequest({ ...{ requestHash, request, signature, promptSalt }, prompt: held.prompt, sentAtMs: 1 });
  store.saveReceipt({ requestHash, responseHash, receipt, contentSalt, text, receivedAtMs: 2 });
  return store;
}
