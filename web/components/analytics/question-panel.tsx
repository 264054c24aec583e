import type { Answer } from "../../lib/analytics/ask-question.ts";
import type { Given, Question } from "../../lib/analytics/question.ts";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import { hrefWith } from "../../lib/list-query.ts";
import type { IndexReply } from "../../lib/problem.ts";
import { CopyButton } from "../figures/copy-button.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { ProblemPanel } from "../states/problem-panel.tsx";
import { AnswerTable, MOST_SHOWN } from "./answer-table.tsx";

const BLOCK = "block overflow-x-auto rounded-md bg-raised px-3 py-2 font-mono text-[0.8125rem] whitespace-pre";
const FIELD = "h-8 w-36 rounded-md border border-line-strong bg-surface px-2 text-ink";

const isWidth = (text: string): boolean => text === "days" || text === "weeks";

interface QuestionPanelProps {
  readonly question: Question;
  readonly given: readonly Given[];
  readonly reply: IndexReply<Answer>;
}

/** What is left open, to be asked anew; a form, so that it needs no code and its address can be shared. */
function GivenForm({ question: { id }, given }: Pick<QuestionPanelProps, "question" | "given">) {
  return (
    <form action="/analytics" className="flex flex-wrap items-end gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
      <input type="hidden" name="q" value={id} />
      {given.map(({ name, label, text }) => (
        <div key={name} className="text-[0.8125rem] text-ink-soft">
          <label htmlFor={name} className="block">
            {label}
          </label>
          {isWidth(text) ? (
            <select id={name} name={name} defaultValue={text} className={FIELD}>
              <option value="days">days</option>
              <option value="weeks">weeks</option>
            </select>
          ) : (
            <input
              id={name}
              name={name}
              defaultValue={text}
              maxLength={12}
              autoComplete="off"
              className={FIELD}
              placeholder="2026-03-01"
            />
          )}
        </div>
      ))}
      <button type="submit" className="h-8 rounded-md border border-line-strong px-2.5 text-ink hover:bg-raised">
        Ask
      </button>
    </form>
  );
}

function Said({ question: { title }, reply }: Pick<QuestionPanelProps, "question" | "reply">) {
  if (!reply.ok) return <ProblemPanel problem={reply.problem} />;
  const { rows, block } = reply.value;
  return (
    <>
      {rows.length === 0 ? (
        <Empty title="No rows">Nothing of the kind has happened yet, or not in that time.</Empty>
      ) : (
        <AnswerTable caption={title} answer={reply.value} />
      )}
      <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
        {formatQuantity(rows.length, "row")}
        {rows.length > MOST_SHOWN ? `, of which ${formatCount(MOST_SHOWN)} are shown; the file has all` : ""}
        {block === undefined ? null : (
          <>
            , all of{" "}
            <span data-testid="analytics-block" data-value={block}>
              block {formatCount(BigInt(block))}
            </span>
          </>
        )}
        . Amounts are base units of the payment token.
      </p>
    </>
  );
}

/** One question: what it means, its answer of one block, its query and its file. */
export function QuestionPanel({ question, given, reply }: QuestionPanelProps) {
  const { id, title, note, language, query } = question;
  const asked = Object.fromEntries(given.map(({ name, text }) => [name, text]));
  return (
    <Panel
      title={title}
      actions={
        <a className="link" href={hrefWith("/csv/analytics", { q: id, ...asked })} download={`${id}.csv`}>
          CSV
        </a>
      }
    >
      {note === "" ? null : <p className="max-w-[75ch] px-4 pt-3 pb-2 text-ink-soft">{note}</p>}
      {given.length === 0 ? null : <GivenForm question={question} given={given} />}
      <Said question={question} reply={reply} />
      <div className="border-t border-line px-4 py-3">
        <h3 className="mb-1.5 flex items-center gap-2 text-[0.875rem] text-ink-soft">
          Its query, in {language === "sql" ? "SQL" : "GraphQL"}
          <CopyButton text={query} what={`query: ${title}`} />
        </h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
        <section className={BLOCK} tabIndex={0} aria-label={`Query: ${title}`}>
          <code data-testid="analytics-query">{query.trim()}</code>
        </section>
      </div>
    </Panel>
  );
}
