import { type ExecutorFilter, GRADE_LABELS, PRICES, STAKES, STATUSES } from "../../lib/executors/filter.ts";
import { Choice } from "../table/choice.tsx";

const PATH = "/executors";

interface ExecutorFiltersProps {
  readonly filter: ExecutorFilter;
  /** The list's order, which stays. */
  readonly order: Readonly<Record<string, string>>;
}

/** What a list of executors is narrowed to; links and a form, so that it works without code and can be shared. */
export function ExecutorFilters({ filter, order }: ExecutorFiltersProps) {
  const kept = { ...filter, ...order };
  const choice = { path: PATH, filter: kept };
  return (
    <div className="grid gap-x-8 gap-y-1.5 border-b border-line px-4 py-2.5 text-[0.8125rem] lg:grid-cols-2">
      <form action={PATH} className="flex flex-wrap items-baseline gap-x-2 gap-y-1 lg:col-span-2">
        <label htmlFor="model" className="min-w-[3.25rem] text-ink-faint">
          Model
        </label>
        <input
          id="model"
          name="model"
          defaultValue={filter.model ?? ""}
          maxLength={200}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="exact name, or its hash"
          className="h-8 w-52 max-w-full rounded-md border border-line-strong bg-surface px-2 text-ink placeholder:text-ink-faint"
        />
        {Object.entries(kept).map(([name, value]) =>
          name === "model" || value === undefined ? null : <input key={name} type="hidden" name={name} value={value} />,
        )}
        <button type="submit" className="rounded-md border border-line-strong px-2.5 py-1 text-ink hover:bg-raised">
          Narrow
        </button>
      </form>
      <Choice label="Grade" name="grade" choices={GRADE_LABELS} {...choice} />
      <Choice label="Price" name="price" choices={PRICES} {...choice} />
      <Choice label="Stake" name="stake" choices={STAKES} {...choice} />
      <Choice label="Status" name="status" choices={STATUSES} {...choice} />
    </div>
  );
}
