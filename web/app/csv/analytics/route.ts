import { csvCell, csvLine } from "@lloom/protocol/csv";
import type { NextRequest } from "next/server";
import { askQuestion } from "../../../lib/analytics/ask-question.ts";
import { givenOf, questionNamed } from "../../../lib/analytics/question.ts";
import { laterNow } from "../../../lib/chain-time.ts";

/** The answer to one of the questions of /analytics as CSV, of one block, with the index's own names and base units. */
export async function GET({ nextUrl: { searchParams } }: NextRequest): Promise<Response> {
  const question = questionNamed(searchParams.get("q") ?? "");
  if (question === undefined) return new Response("There is no such question; /analytics has all.\n", { status: 404 });
  const given = givenOf(question, Object.fromEntries(searchParams), laterNow());
  const reply = await askQuestion(
    question,
    given.map(({ value }) => value),
  );
  if (!reply.ok) {
    const { code, message, next } = reply.problem;
    return new Response(`${code}: ${message} ${next}\n`, { status: 503, headers: { "retry-after": "5" } });
  }
  const { columns, rows, block } = reply.value;
  const lines = [columns, ...rows].map((cells) => csvLine(cells.map(csvCell)));
  return new Response(lines.join(""), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${question.id}.csv"`,
      ...(block !== undefined && { "x-lloom-block": block }),
    },
  });
}
