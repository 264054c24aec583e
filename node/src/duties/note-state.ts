import type { Log } from "../log.ts";
import type { Duty, DutyLog } from "../store/duty-log.ts";

export interface NoteStateParts {
  readonly store: Pick<DutyLog, "changeDuty">;
  /** Told of every step. */
  readonly onNews: (duty: Duty) => void;
  readonly log: Log;
}

/** Notes how a duty stands, if it stands otherwise than before: on disk first, then told. */
export function noteState({ store, onNews, log }: NoteStateParts, duty: Duty, state: string): void {
  if (duty.state === state) return;
  store.changeDuty(duty, { state });
  const { kind, id, requestHash, peer } = duty;
  // What others did wrong is no daily business.
  log[kind === "report" ? "warn" : "info"]({ kind, id, requestHash, peer, state }, "a duty stands otherwise");
  onNews({ ...duty, state });
}
