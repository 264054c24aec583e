import { ERROR_CODES } from "@lloom/protocol/error-codes";
import { headersOf } from "./headers-of.ts";
import { CALL_HEADERS, PROBLEM_HEADERS } from "./response-headers.ts";
import type { AnswerDescription } from "./route.ts";

/** Words that HTTP alone has, by their statuses, beside those of the network. */
const OWN_CODES: Readonly<Record<number, readonly string[]>> = {
  401: ["API_KEY_INVALID"],
  403: ["MODEL_NOT_ALLOWED", "REQUEST_INVALID"],
  404: ["REQUEST_INVALID"],
  405: ["METHOD_NOT_ALLOWED"],
  409: ["IDEMPOTENT_CALL_LOST", "REQUEST_INVALID"],
  415: ["REQUEST_INVALID"],
  422: ["IDEMPOTENCY_KEY_REUSED"],
  429: ["KEY_BUDGET_SPENT"],
  507: ["STORE_FAILED"],
};

/** Statuses of failures, each once, but for those that are answers. */
export const problemStatuses = (statuses: readonly number[], answers: readonly AnswerDescription[]): number[] =>
  [...new Set(statuses)].filter((status) => !answers.some((answer) => answer.status === status)).sort((a, b) => a - b);

/** A failure as the document has it; `status` undefined: any other. */
export const problemResponse = (status: number | undefined, schema: object): object => ({
  description: status === undefined ? "Any other failure." : `A failure, by lloom_code: ${codesOf(status).join(", ")}.`,
  headers: headersOf({ ...CALL_HEADERS, ...PROBLEM_HEADERS }),
  content: { "application/json": { schema } },
});

/** Codes that commands and pages alone tell. */
const OF_OTHERS = /^(INDEXER|EVIDENCE|KEYSTORE|CONFIG|COMMAND|PORT|ORDER|RECEIPT|FRAME_INVALID)/;

/** What may stand in `lloom_code`. */
const codesOf = (status: number): string[] => [
  ...Object.entries(ERROR_CODES).flatMap(([code, kind]) =>
    kind.status === status && !OF_OTHERS.test(code) ? [code] : [],
  ),
  ...(OWN_CODES[status] ?? []),
];
