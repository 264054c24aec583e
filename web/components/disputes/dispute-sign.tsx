import { type Bearing, type DisputeState, STATE_WORDS } from "../../lib/disputes/words.ts";
import { type Form, Sign } from "../figures/sign.tsx";

const FORMS = { open: "open", against: "danger", cleared: "cleared", none: "none" } as const satisfies Record<
  Bearing,
  Form
>;

/** State of a dispute, or how it ended, by word and form. */
export function DisputeSign({ state, testId }: { readonly state: DisputeState; readonly testId?: string }) {
  const { text, bearing, meaning } = STATE_WORDS[state];
  return <Sign form={FORMS[bearing]} text={text} hint={meaning} {...(testId === undefined ? {} : { testId })} />;
}
