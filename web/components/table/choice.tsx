import Link from "next/link";
import { hrefWith } from "../../lib/list-query.ts";

interface ChoiceProps {
  readonly label: string;
  /** Parameter of the address bar. */
  readonly name: string;
  /** Words of the address bar with what they are called. */
  readonly choices: Readonly<Record<string, string>>;
  readonly path: string;
  /** What stands in the address bar; all of it but this choice stays. */
  readonly filter: Readonly<Record<string, string | undefined>>;
}

/** One way to narrow a list; links, so that it works without code and can be shared. */
export function Choice({ label, name, choices, path, filter }: ChoiceProps) {
  const all: readonly [string | undefined, string][] = [[undefined, "All"], ...Object.entries(choices)];
  return (
    <nav aria-label={`Narrow by ${label.toLowerCase()}`} className="flex flex-wrap items-baseline gap-x-1 gap-y-1">
      <span className="mr-1 min-w-[3.25rem] text-ink-faint">{label}</span>
      {all.map(([value, text]) => (
        <Link
          key={text}
          href={hrefWith(path, { ...filter, [name]: value })}
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
