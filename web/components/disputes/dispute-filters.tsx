import Link from "next/link";
import { type DisputeFilter, KINDS, STATES } from "../../lib/disputes/filter.ts";
import { OFFENCE_WORDS } from "../../lib/disputes/words.ts";
import { hrefWith } from "../../lib/list-query.ts";

interface ChoiceProps {
  readonly label: string;
  readonly name: "kind" | "state";
  /** Words of the address bar with what they are called. */
  readonly choices: Readonly<Record<string, string>>;
  readonly filter: DisputeFilter;
}

function Choice({ label, name, choices, filter }: ChoiceProps) {
  const all: readonly [string | undefined, string][] = [[undefined, "All"], ...Object.entries(choices)];
  return (
    <nav aria-label={`Narrow by ${label.toLowerCase()}`} className="flex flex-wrap items-baseline gap-x-1 gap-y-1">
      <span className="mr-1 text-ink-faint">{label}</span>
      {all.map(([value, text]) => (
        <Link
          key={text}
          href={hrefWith("/disputes", { ...filter, [name]: value })}
          prefetch={false}
          scroll={false}
          aria-current={filter[name] === value ? "true" : undefined}
          className="rounded-md border border-transparent px-2 py-0.5 text-ink-soft hover:bg-raised aria-[current]:border-line-strong aria-[current]:font-medium aria-[current]:text-ink"
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}

const KIND_TEXTS = Object.fromEntries(
  Object.entries(KINDS).map(([word, offence]) => [word, OFFENCE_WORDS[offence].kind]),
);
const STATE_TEXTS = Object.fromEntries(Object.entries(STATES).map(([word, { label }]) => [word, label]));

/** What a list of disputes is narrowed to; links, so that it works without code and can be shared. */
export function DisputeFilters({ filter }: { readonly filter: DisputeFilter }) {
  return (
    <div className="flex flex-col gap-1.5 border-b border-line px-4 py-2.5 text-[0.8125rem]">
      <Choice label="Kind" name="kind" choices={KIND_TEXTS} filter={filter} />
      <Choice label="State" name="state" choices={STATE_TEXTS} filter={filter} />
    </div>
  );
}
