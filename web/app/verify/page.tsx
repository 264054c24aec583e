import type { Metadata } from "next";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { ReceiptChecker } from "../../components/verify/receipt-checker.tsx";
import { readDeployment } from "../../lib/indexer/chain.ts";

export const metadata: Metadata = { title: "Verify a receipt" };

/** What is asked of the index is only in what amounts are told; the page does without. */
export default async function VerifyPage() {
  const deployment = await readDeployment();
  const known = deployment.ok ? deployment.value : undefined;
  return (
    <>
      <PageTitle
        isTimeless
        lead={
          <>
            A receipt is checked in this browser, by the code of{" "}
            <code className="font-mono text-[0.875rem]">lloom receipt verify</code>: signatures, link, arithmetic, lane,
            and the texts that it holds.
          </>
        }
      >
        Verify a receipt
      </PageTitle>
      <noscript>
        <div className="panel mb-5 px-4 py-4" data-testid="verify-without-code">
          <p className="font-medium">This page checks with code in your browser, which is off.</p>
          <p className="mt-1 text-ink-soft">
            Turn JavaScript on, or check the receipt on your own machine, which asks nobody either:{" "}
            <code className="font-mono text-[0.8125rem]">lloom receipt verify FILE</code>
          </p>
        </div>
        <style>{".needs-code { display: none }"}</style>
      </noscript>
      <div className="space-y-5">
        <div className="needs-code">
          <ReceiptChecker
            known={known && { chainId: String(known.chainId), accounting: known.accounting, token: known.token }}
          />
        </div>
        <p className="max-w-[75ch] text-[0.875rem] text-ink-soft">
          The checks ask nobody and work without a connection once this page is open. Only the last line needs the
          index: it is asked with the two addresses, the lane and the number of the answer, never with a text. A receipt
          does not say that the answer is good.
        </p>
      </div>
    </>
  );
}
