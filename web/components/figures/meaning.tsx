import type { ReactNode } from "react";
import { type FigureSource, queryOf } from "../../lib/figure-sources.ts";

interface MeaningProps {
  /** The word or name that is explained. */
  readonly children: ReactNode;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** How the figure comes about. */
  readonly source?: FigureSource | undefined;
}

/** A word that says what it means when it is tapped, clicked or opened by a key; it needs no code in the browser. */
export function Meaning({ children, meaning, source }: MeaningProps) {
  return (
    <details className="meaning" data-testid="meaning">
      <summary>{children}</summary>
      <div className="mt-1 mb-1.5 max-w-[60ch] space-y-1 text-[0.8125rem] font-normal whitespace-normal text-ink-soft">
        <p>{meaning}.</p>
        {source === undefined ? null : (
          <>
            <p>
              Formula: <code>{source.formula}</code>
            </p>
            <p>
              Query: <code>{queryOf(source)}</code>
            </p>
          </>
        )}
      </div>
    </details>
  );
}
