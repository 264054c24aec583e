import { type Examples, SAVED_QUERIES, variablesOf } from "../../lib/about/saved-queries.ts";
import { CopyButton } from "../figures/copy-button.tsx";
import { Panel } from "../layout/panel.tsx";

const BLOCK = "block overflow-x-auto rounded-md bg-raised px-3 py-2 font-mono text-[0.8125rem] whitespace-pre";

interface SavedQueryListProps {
  /** What variables are taken from; undefined where the network has nothing yet. */
  readonly examples: Examples | undefined;
}

/** Queries that are worth asking, to be copied. */
export function SavedQueryList({ examples }: SavedQueryListProps) {
  return (
    <Panel title="Ten queries" note="each one request, answered from one block">
      <ol className="divide-y divide-line">
        {SAVED_QUERIES.map((query) => {
          const hasVariables = (query.variables ?? []).length > 0;
          const variables = JSON.stringify(variablesOf(query, examples ?? { model: "0x…", client: "0x…" }));
          return (
            <li key={query.title} className="px-4 py-3" data-testid="saved-query" data-variables={variables}>
              <h3 className="flex items-center gap-2 font-medium text-ink">
                {query.title}
                <CopyButton text={query.text} what={`query: ${query.title}`} />
              </h3>
              <p className="mb-1.5 text-[0.875rem] text-ink-soft">{query.note}</p>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
              <section className={BLOCK} tabIndex={0} aria-label={`Query: ${query.title}`}>
                <code>{query.text}</code>
              </section>
              {hasVariables ? (
                <p className="mt-1.5 text-[0.8125rem] text-ink-soft">
                  Variables: <code className="font-mono [overflow-wrap:anywhere]">{variables}</code>
                </p>
              ) : null}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
