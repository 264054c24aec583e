import type { Unseen } from "../../lib/observer/read-sheet.ts";
import { UNSEEN_WORDS } from "../../lib/observer/words.ts";

/** Says why nothing observed is shown. */
export function UnseenNote({ state }: { readonly state: Unseen }) {
  return (
    <p className="px-4 py-3 text-[0.875rem] text-ink-soft" data-testid="unseen" data-state={state}>
      {UNSEEN_WORDS[state]}
    </p>
  );
}
