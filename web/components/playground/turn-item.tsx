"use client";

import { shownAmount } from "@lloom/protocol/amounts";
import { jsonText } from "@lloom/protocol/json-text";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { useMemo, useState } from "react";
import type { ToldNetwork } from "../../lib/direct/network.ts";
import { shortHex } from "../../lib/format.ts";
import { shownAnswer, type Turn } from "../../lib/playground/conversation.ts";
import { examineReceiptFile, type SessionKeys } from "../../lib/verify/examine.ts";
import { Sign } from "../figures/sign.tsx";
import { ReceiptFindings } from "../verify/receipt-findings.tsx";
import { saveFile } from "./save-file.ts";
import { TroubleNote } from "./trouble-note.tsx";

interface TurnItemProps {
  readonly turn: Turn;
  readonly network: ToldNetwork;
  /** The page's own session key, for whom it signs. */
  readonly keys: SessionKeys;
}

/** The receipt of one answer, checked here and now by the code of /verify. */
function CheckedReceipt({ turn: { file }, network, keys }: TurnItemProps) {
  const [isOpen, setOpen] = useState(false);
  const examined = useMemo(() => file && examineReceiptFile(file, keys), [file, keys]);
  if (file === undefined || examined === undefined) return null;
  const wrong = examined.lines.filter(({ state }) => state === "wrong").length;
  const right = examined.lines.filter(({ state }) => state === "right").length;
  const save = (): void =>
    saveFile(
      `receipt-${examined.requestHash.slice(2, 10)}.json`,
      jsonText(receiptFileToData(file.receipt, file.content), 2),
    );
  return (
    <div className="space-y-1.5" data-testid="turn-receipt" data-state={wrong === 0 ? "right" : "wrong"}>
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-[0.875rem]">
        <Sign
          form={wrong === 0 ? "cleared" : "danger"}
          text={
            wrong === 0
              ? `The receipt is right: ${right} of ${examined.lines.length} lines were checked`
              : `Do not believe this receipt: ${wrong} of ${examined.lines.length} lines are wrong`
          }
          hint="Checked in this browser"
        />
        <button type="button" className="link" onClick={save}>
          Save it
        </button>
        <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide the lines" : "Show the lines"}
        </button>
      </p>
      {isOpen ? (
        <div className="panel overflow-hidden">
          <ReceiptFindings examined={examined} known={network} keys={keys} />
        </div>
      ) : null}
    </div>
  );
}

/** A question with its answer, what it costs, and its receipt. */
export function TurnItem({ turn, network, keys }: TurnItemProps) {
  const { question, text, state, says, cost, executor, trouble, way, prices } = turn;
  const isOver = turn.file !== undefined;
  const facts = [
    way === "gateway" ? "through the gateway" : undefined,
    executor === undefined ? undefined : `by ${shortHex(executor)}`,
    isOver ? shownAmount(cost, network.token) : undefined,
    !isOver && prices !== undefined && cost > 0n ? `about ${shownAmount(cost, network.token)} so far` : undefined,
    state === "stopped" ? "stopped" : undefined,
  ].filter((one) => one !== undefined);
  return (
    <li className="space-y-2 px-4 py-4" data-testid="turn" data-state={state}>
      <p className="border-l-2 border-weld pl-3 font-medium whitespace-pre-wrap [overflow-wrap:anywhere]">
        <span className="sr-only">You asked: </span>
        {shownAnswer(question)}
      </p>
      {text === "" ? null : (
        <p className="whitespace-pre-wrap [overflow-wrap:anywhere]" data-testid="turn-text">
          {shownAnswer(text)}
        </p>
      )}
      <p className="text-[0.8125rem] text-ink-soft" data-testid="turn-cost" data-value={cost.toString()}>
        {state === "asking" && says !== "" ? <output>{says} </output> : null}
        {facts.join(", ")}
      </p>
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <CheckedReceipt turn={turn} network={network} keys={keys} />
      {state === "stopped" && !isOver ? (
        <p className="text-[0.8125rem] text-ink-soft">
          {way === "gateway"
            ? "The gateway has it stopped as well; the receipt of what was said is with the gateway alone."
            : "It was stopped before anything was signed."}
        </p>
      ) : null}
    </li>
  );
}
