import type { Database } from "../database/database.ts";
import { openSampleLog, type SampleLog } from "./sample-log.ts";
import { openTermsLog, type TermsLog } from "./terms-log.ts";

/** What an observer saw: calls of executors, and what was offered from when on. */
export interface ObserverLog extends SampleLog, TermsLog {
  /** Forgets what is too old. */
  prune(nowMs: number): void;
}

const DAY_MS = 86_400_000;
/** Single calls; a week's uptime comes from hours, so that a day more than a day is enough for medians. */
const SAMPLES_MS = 3 * DAY_MS;
/** Hours, and terms. */
const HISTORY_MS = 90 * DAY_MS;

/** Opens it. */
export function openObserverLog(db: Database): ObserverLog {
  const samples = openSampleLog(db);
  const terms = openTermsLog(db);
  return {
    ...samples,
    ...terms,
    prune: (nowMs) =>
      db.write(() => {
        samples.pruneSamples(nowMs - SAMPLES_MS, nowMs - HISTORY_MS);
        terms.pruneTerms(nowMs - HISTORY_MS);
      }),
  };
}
