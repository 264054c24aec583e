import { type DisputeFilter, KINDS, STATES } from "../../lib/disputes/filter.ts";
import { OFFENCE_WORDS } from "../../lib/disputes/words.ts";
import { Choice } from "../table/choice.tsx";

const KIND_TEXTS = Object.fromEntries(
  Object.entries(KINDS).map(([word, offence]) => [word, OFFENCE_WORDS[offence].kind]),
);
const STATE_TEXTS = Object.fromEntries(Object.entries(STATES).map(([word, { label }]) => [word, label]));

/** What a list of disputes is narrowed to; links, so that it works without code and can be shared. */
export function DisputeFilters({ filter }: { readonly filter: DisputeFilter }) {
  return (
    <div className="flex flex-col gap-1.5 border-b border-line px-4 py-2.5 text-[0.8125rem]">
      <Choice label="Kind" name="kind" choices={KIND_TEXTS} path="/disputes" filter={{ ...filter }} />
      <Choice label="State" name="state" choices={STATE_TEXTS} path="/disputes" filter={{ ...filter }} />
    </div>
  );
}
