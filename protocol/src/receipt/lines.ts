import type { Address } from "../commitment-types.ts";
import type { ReceiptFile } from "../receipt-file.ts";
import { examineReceipt, type ReceiptChecks, type ReceiptExamination, type ReceiptProblems } from "../receipts.ts";

/** One thing that a receipt was checked for, in words. */
export interface ReceiptLine {
  readonly name: keyof ReceiptProblems;
  /** What was looked at: `the client's signature`. */
  readonly what: string;
  /** `open`: the file is silent about it. */
  readonly state: "right" | "wrong" | "open";
  /** What was found, or why nothing could be. */
  readonly says: string;
}

/** A receipt's lines, with the digests and signers that they speak of. */
export interface CheckedLines extends ReceiptExamination {
  readonly lines: readonly ReceiptLine[];
}

const WHAT = {
  client: "the client's signature",
  executor: "the executor's signature",
  link: "the response's link to the request",
  terms: "tokens and cost",
  lane: "the lane's counts",
  prompt: "the prompt",
  answer: "the answer",
} as const satisfies Record<keyof ReceiptProblems, string>;

/**
 * Everything that can be said of a receipt without asking anybody, line by line. Throws LloomError REQUEST_INVALID for a field
 * out of its range.
 */
export function receiptLines(checks: ReceiptChecks, { receipt, content }: ReceiptFile): CheckedLines {
  const { prompt, answer } = content;
  const examined = examineReceipt(checks, receipt, {
    ...(prompt?.messages && { prompt: { salt: prompt.salt, messages: prompt.messages } }),
    ...(answer?.text !== undefined && { answer: { salt: answer.salt, text: answer.text } }),
  });
  const { request, response } = receipt;
  const { problems, signers } = examined;
  const right: Readonly<Record<keyof ReceiptProblems, string>> = {
    client: signedWords("client", request.client, signers.client),
    executor: signedWords("executor", request.executor, signers.executor),
    link: "it answers this very request",
    terms: `${response.inboundTokens} + ${response.outboundTokens} tokens are within the limits, cost what the prices say, and keep the lane within its cap`,
    lane: "they include those of this answer",
    prompt: "it is the text that was signed",
    answer: "it is the text that was signed",
  };
  const missing: Partial<Record<keyof ReceiptProblems, string>> = {
    ...(prompt?.messages === undefined && { prompt: missingWords("messages", prompt?.salt) }),
    ...(answer?.text === undefined && { answer: missingWords("text", answer?.salt) }),
  };
  const names = Object.keys(WHAT) as (keyof ReceiptProblems)[];
  const lines = names.map((name): ReceiptLine => {
    const line = { name, what: WHAT[name] };
    const [open, problem] = [missing[name], problems[name]];
    if (open !== undefined) return { ...line, state: "open", says: open };
    return problem === undefined
      ? { ...line, state: "right", says: right[name] }
      : { ...line, state: "wrong", says: problem };
  });
  return { ...examined, lines };
}

const signedWords = (party: string, principal: Address, signer: Address | undefined): string =>
  signer === principal
    ? `the ${party} that the request names made it`
    : `a session key of the ${party} made it, ${signer}`;

const missingWords = (text: string, salt: string | undefined): string =>
  salt === undefined ? "the file holds no salt for it" : `the file holds its salt, but no ${text}`;
