import { addressOf } from "@lloom/protocol/identifiers";
import type { Answer, Cell } from "../../lib/analytics/ask-question.ts";
import { formatCount, formatMinute } from "../../lib/format.ts";
import { outsideWords } from "../../lib/guard/outside-words.ts";
import { Identifier } from "../figures/identifier.tsx";

/** Rows that the page shows; the file has all. */
export const MOST_SHOWN = 200;
const MOST_CHARACTERS = 120;
const TIMES: ReadonlySet<string> = new Set(["week", "day", "from", "unlockAt", "authorizedAt", "thawEnd"]);
const INTEGER = /^-?\d{1,78}$/;

const isNumber = (value: Cell): boolean =>
  typeof value === "number" || (typeof value === "string" && INTEGER.test(value));

function Value({ column, value }: { readonly column: string; readonly value: Cell }) {
  if (value === null) return <span className="text-ink-faint">none</span>;
  if (TIMES.has(column) && typeof value === "number") return formatMinute(value);
  if (isNumber(value)) return formatCount(BigInt(value));
  const text = outsideWords(String(value), MOST_CHARACTERS);
  if (addressOf(text) !== undefined) return <Identifier value={text} what={column} href={`/address/${text}`} short />;
  if (column === "modelHash" || column === "hash")
    return <Identifier value={text} what="model" href={`/models/${text}`} short />;
  return text;
}

/** What the index said to a question: its columns by their own names. */
export function AnswerTable({ caption, answer }: { readonly caption: string; readonly answer: Answer }) {
  const { columns, rows } = answer;
  const isNumeric = columns.map((_, index) => rows.every((row) => isNumber(row[index] ?? null)));
  const side = (index: number) => `px-3 whitespace-nowrap ${isNumeric[index] ? "text-right" : "text-left"}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section className="overflow-x-auto" tabIndex={0} aria-label={`Answer: ${caption}`}>
      <table className="w-full border-collapse text-[0.875rem]" data-testid="analytics-answer">
        <caption className="sr-only">{caption}</caption>
        <thead className="border-b border-line text-[0.8125rem]">
          <tr>
            {columns.map((column, index) => (
              <th key={column} scope="col" className={`${side(index)} py-2 font-normal text-ink-faint`}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.slice(0, MOST_SHOWN).map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a query have no name, and never change places.
            <tr key={place}>
              {columns.map((column, index) => (
                <td key={column} className={`${side(index)} h-10 py-1.5`}>
                  <Value column={column} value={row[index] ?? null} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
