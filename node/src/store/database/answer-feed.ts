import type { Database } from "./database.ts";
import * as encoding from "./encoding.ts";

/** An answer that is whole and signed. */
export interface FeedAnswer {
  readonly model: string;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  /** Base units. */
  readonly cost: bigint;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** Since its request was taken, or sent. */
  readonly tookMs: number;
}

/** What has happened since the look before. */
export interface FeedNews {
  readonly answers: readonly FeedAnswer[];
  readonly failed: number;
  /** Requests that are under way now. */
  readonly open: number;
}

/** Whose log it is: an executor's answers were sold, a client's bought. */
export type FeedSide = "sold" | "bought";

const TABLES = {
  sold: { table: "served_requests", whole: "signed", begun: "accepted_at_ms" },
  bought: { table: "own_requests", whole: "answered", begun: "sent_at_ms" },
} as const;
/** No request takes longer: whoever has said nothing by then says nothing any more. */
const LONGEST_MS = 3_600_000;
/** Rows of one look. */
const MOST_ROWS = 10_000;

/**
 * Follows a log beside the node that writes it. Each look reads what was begun since the one before, and again what had not ended then:
 * no more than the node has done meanwhile.
 */
export class AnswerFeed {
  readonly #db: Database;
  readonly #side: (typeof TABLES)[FeedSide];
  readonly #open = new Map<number, number>();
  readonly #sinceMs: number;
  #last = -1;

  /** `sinceMs`: answers that were whole before do not count. */
  constructor(db: Database, side: FeedSide, sinceMs: number) {
    this.#db = db;
    this.#side = TABLES[side];
    this.#sinceMs = sinceMs;
  }

  next(nowMs: number): FeedNews {
    const answers: FeedAnswer[] = [];
    let failed = 0;
    for (const row of this.#rows()) {
      const { whole, begun } = this.#side;
      const [id, status, begunMs] = [
        encoding.numberOf(row, "id"),
        encoding.textOf(row, "status"),
        encoding.numberOf(row, begun),
      ];
      this.#last = Math.max(this.#last, id);
      const isOpen = status !== whole && status !== "failed";
      if (isOpen && nowMs - begunMs < LONGEST_MS) this.#open.set(id, begunMs);
      else this.#open.delete(id);
      if (status === "failed" && begunMs >= this.#sinceMs) failed += 1;
      if (status !== whole || encoding.numberOf(row, "answered_at_ms") < this.#sinceMs) continue;
      answers.push(answerOf(row, begunMs));
    }
    return { answers, failed, open: this.#open.size };
  }

  *#rows(): Generator<encoding.Row> {
    const { table, begun } = this.#side;
    const again = [...this.#open.keys()];
    for (const id of again) {
      const row = this.#db.get(`SELECT * FROM ${table} WHERE id = :id`, { id });
      if (row === undefined) this.#open.delete(id);
      else yield row;
    }
    const newer = `SELECT * FROM ${table} WHERE id > :last AND ${begun} >= :sinceMs ORDER BY id LIMIT ${MOST_ROWS}`;
    const sinceMs = this.#sinceMs - LONGEST_MS;
    for (let rows: readonly encoding.Row[], isMore = true; isMore; isMore = rows.length === MOST_ROWS) {
      rows = this.#db.all(newer, { last: this.#last, sinceMs });
      yield* rows;
    }
  }
}

function answerOf(row: encoding.Row, begunMs: number): FeedAnswer {
  const { request, response } = encoding.receiptOf(row);
  const atMs = encoding.numberOf(row, "answered_at_ms");
  return {
    model: request.model,
    inboundTokens: Number(response.inboundTokens),
    outboundTokens: Number(response.outboundTokens),
    cost: response.cumulativeCost - request.ackedCost,
    ...{ atMs, tookMs: Math.max(0, atMs - begunMs) },
  };
}
