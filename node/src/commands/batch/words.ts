import { counted, type Fact, factLines, shownDate } from "../words.ts";
import { isOver, type ToldBatch } from "./batch-calls.ts";

/** How far a batch is, in one line. */
export function progressSentence({ status, request_counts: counts, lloom }: ToldBatch): string {
  const failed = counts.failed > 0 ? `, ${counts.failed} failed` : "";
  return `${stateWord(status)}: ${counts.completed} of ${counted(counts.total, "line")} answered${failed}; ${lloom.amount} ${lloom.token} paid`;
}

/** What it is, and what to do with it next. */
export function batchLines(batch: ToldBatch): string {
  const { id, endpoint, expires_at: expiresAt, errors, lloom } = batch;
  const price = lloom.max_price;
  const prices = [
    ...(price?.prompt === undefined ? [] : [`${price.prompt} of prompt`]),
    ...(price?.completion === undefined ? [] : [`${price.completion} of answer`]),
  ];
  const facts: Fact[] = [
    ["Batch", `${id}, ${endpoint}`],
    ["State", progressSentence(batch)],
    ...(isOver(batch) ? [] : [["Until", shownDate(BigInt(expiresAt))] as const]),
    ...(prices.length === 0
      ? []
      : [["Price", `at most ${prices.join(" and ")}, in ${lloom.token} for 1 000 000 tokens`] as const]),
    ...(errors?.data ?? []).map(
      ({ message, line }): Fact => ["Problem", line === null ? message : `line ${line}: ${message}`],
    ),
    ["Next", nextOf(batch)],
  ];
  return factLines(facts).join("\n");
}

function nextOf({ id, output_file_id: output, error_file_id: failed, ...batch }: ToldBatch): string {
  if (!isOver(batch)) return `lloom batch follow ${id}, or lloom batch cancel ${id}`;
  if (output !== null || failed !== null) return `lloom batch results ${id}`;
  return "correct the file, and make another one";
}

/** OpenAI's words for states, as words. */
const stateWord = (status: ToldBatch["status"]): string => status.replace("_", " ");
