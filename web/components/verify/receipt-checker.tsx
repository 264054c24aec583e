"use client";

import { useCallback, useEffect, useState } from "react";
import { outsideWords } from "../../lib/guard/outside-words.ts";
import { type Examined, examineFile, examineText, type Refused } from "../../lib/verify/examine.ts";
import { takeHandedOver } from "../../lib/verify/handed-over.ts";
import { Panel } from "../layout/panel.tsx";
import { type KnownDeployment, ReceiptFindings } from "./receipt-findings.tsx";
import { ReceiptInput } from "./receipt-input.tsx";

/** How much of what is wrong with a file is repeated: it holds parts of the file. */
const MOST_CHARACTERS = 300;

function Refusal({ refusal }: Refused) {
  return (
    <div role="alert" data-testid="receipt-refused" className="bg-madder-wash px-4 py-4">
      <p className="font-medium text-madder">This is no receipt that can be checked.</p>
      <p className="mt-1 [overflow-wrap:anywhere]">{outsideWords(refusal, MOST_CHARACTERS)}</p>
      <p className="mt-1 text-ink-soft">
        Give it as the gateway, <code className="font-mono text-[0.8125rem]">lloom ask</code> or{" "}
        <code className="font-mono text-[0.8125rem]">lloom receipts export</code> wrote it, one at a time.
      </p>
    </div>
  );
}

interface ReceiptCheckerProps {
  readonly known: KnownDeployment | undefined;
}

/** What came of what was given; its number keeps what the index said of one receipt from standing beside another. */
interface Found {
  readonly result: Examined | Refused;
  readonly number: number;
}

/** Takes receipts and says what they are worth. */
export function ReceiptChecker({ known }: ReceiptCheckerProps) {
  const [found, setFound] = useState<Found>();
  const find = useCallback(
    (result: Examined | Refused): void => setFound((before) => ({ result, number: (before?.number ?? 0) + 1 })),
    [],
  );
  useEffect(() => {
    const handed = takeHandedOver();
    if (handed !== undefined) find(examineText(handed));
  }, [find]);
  const onFile = (file: Blob) => void examineFile(file).then(find);
  return (
    <div className="space-y-5">
      <Panel title="The receipt" note="it stays in this browser">
        <ReceiptInput onFile={onFile} onText={(text) => find(examineText(text))} />
      </Panel>
      {found === undefined ? null : (
        <Panel title="What was found">
          {"refusal" in found.result ? (
            <Refusal {...found.result} />
          ) : (
            <ReceiptFindings key={found.number} examined={found.result} known={known} />
          )}
        </Panel>
      )}
    </div>
  );
}
