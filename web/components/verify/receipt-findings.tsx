"use client";

import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { type Examined, examineReceiptFile, type SessionKeys } from "../../lib/verify/examine.ts";
import { keysInForce, type SettledLine, settledLine } from "../../lib/verify/settled.ts";
import { Sign } from "../figures/sign.tsx";
import { LineList, type ShownLine } from "./line-list.tsx";
import { ReceiptFacts } from "./receipt-facts.tsx";
import { type Asked, useSettled } from "./use-settled.ts";

/** The deployment that this explorer follows, as the page knew it when it was drawn. */
export interface KnownDeployment {
  readonly chainId: string;
  readonly accounting: string;
  readonly token: TokenUnit;
}

function settledWords({ file, responseHash }: Examined, asked: Asked): SettledLine | ShownLine["state"] {
  return asked.state === "told" ? settledLine(file.receipt, responseHash, asked.answer) : "asked";
}

function chainLine(examined: Examined, asked: Asked): ShownLine {
  const line = { name: "settlement", what: "the settlement" };
  if (asked.state === "silent")
    return {
      ...line,
      state: "open",
      says: "the index cannot be asked, since it or the connection is away; all else was checked in this browser",
    };
  const told = settledWords(examined, asked);
  return typeof told === "string"
    ? { ...line, state: "asked", says: "the index is being asked" }
    : { ...line, ...told };
}

/** Who made a signature that is not its party's: it may be a session key that no file can show. */
function withSigner(line: ShownLine, signers: Examined["signers"], asked: Asked): ShownLine {
  if (line.state !== "wrong" || (line.name !== "client" && line.name !== "executor")) return line;
  const signer: Address | undefined = signers[line.name];
  if (signer === undefined) return line;
  const doubt = asked.state === "told" ? "" : " Only the chain knows whether that is a session key of it.";
  return { ...line, says: `${line.says} ${signer} signed it.${doubt}` };
}

function verdictOf(lines: readonly ShownLine[]) {
  const wrong = lines.filter(({ state }) => state === "wrong").length;
  if (wrong > 0)
    return {
      form: "danger" as const,
      text: `Do not believe this receipt: ${wrong === 1 ? "one line is" : `${wrong} lines are`} wrong.`,
    };
  const isSettled = lines.some(({ name, state }) => name === "settlement" && state === "right");
  return {
    form: "cleared" as const,
    text: `The receipt is right${isSettled ? ", and it was settled" : ""}.`,
  };
}

const isDeployment = (
  { chainId, accounting }: Examined["file"]["receipt"]["domain"],
  known: KnownDeployment,
): boolean => String(chainId) === known.chainId && accounting === known.accounting;

interface ReceiptFindingsProps {
  readonly examined: Examined;
  readonly known: KnownDeployment | undefined;
  /** Signers that the page knows of itself, beside those that the index names. */
  readonly keys?: SessionKeys;
}

/** What was found out about a receipt: a verdict, a line for each check, and what the receipt says. */
export function ReceiptFindings({ examined: offline, known, keys = [] }: ReceiptFindingsProps) {
  const [asked, askAgain] = useSettled(offline);
  const { receipt } = offline.file;
  const examined =
    asked.state === "told"
      ? examineReceiptFile(offline.file, [...keys, ...keysInForce(asked.answer, receipt.request.deadline)])
      : offline;
  const lines = [
    ...examined.lines.map((line) => withSigner(line, examined.signers, asked)),
    chainLine(examined, asked),
  ];
  const { form, text } = verdictOf(lines);
  return (
    <>
      <output
        className="block border-b border-line px-4 py-3 text-[1.0625rem] font-medium"
        data-testid="receipt-verdict"
      >
        <Sign form={form} text={text} hint="By the lines below" />
      </output>
      <LineList lines={lines} />
      {asked.state === "silent" ? (
        <p className="border-t border-line px-4 py-2.5">
          <button type="button" className="link" onClick={askAgain}>
            Ask the index again
          </button>
        </p>
      ) : null}
      <h3 className="border-t border-line px-4 pt-4 pb-1 text-[0.9375rem] font-medium">What the receipt says</h3>
      <ReceiptFacts
        examined={examined}
        token={known !== undefined && isDeployment(receipt.domain, known) ? known.token : undefined}
      />
    </>
  );
}
