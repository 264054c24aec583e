import { GRADE_WORDS } from "../../lib/reputation-words.ts";
import type { Executor } from "../../lib/rows.ts";
import { Fraction } from "../figures/fraction.tsx";

/** Its grade says more than the third decimal of its trust. */
export function Trust({ executor: { trust, grade } }: { readonly executor: Executor }) {
  if (trust === null || grade === null) return <span className="text-ink-faint">none</span>;
  const { short, meaning } = GRADE_WORDS[grade];
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-soft" title={meaning}>
        {short}
      </span>{" "}
      <Fraction value={trust} />
    </span>
  );
}
