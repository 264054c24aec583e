"use client";

import { shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { formatCount, formatMoment } from "../../lib/format.ts";
import type { Examined } from "../../lib/verify/examine.ts";
import { Fact, Facts } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { OutsideText } from "../figures/outside-text.tsx";

interface ReceiptFactsProps {
  readonly examined: Examined;
  /** In what amounts are told; undefined where the receipt is of another deployment, or nobody could say. */
  readonly token: TokenUnit | undefined;
}

/** What a receipt says: who, what, how much. Nothing here is more than its own word. */
export function ReceiptFacts({ examined, token }: ReceiptFactsProps) {
  const { request, response, domain } = examined.file.receipt;
  const amount = (units: bigint): string =>
    token === undefined ? `${formatCount(units)} base units` : shownAmount(units, token);
  return (
    <Facts>
      <Fact label="Answer" hint="Tokens that the executor counted, and what they cost by the signed prices">
        {formatCount(response.inboundTokens)} prompt and {formatCount(response.outboundTokens)} answer tokens of{" "}
        <OutsideText text={request.model} />, for {amount(examined.cost)}
      </Fact>
      <Fact label="Lane" hint="Sequence of requests between client and executor; the cap is what the client signed">
        <span className="break-all tabular-nums">{request.lane.toString()}</span>, answer {formatCount(request.nonce)}:{" "}
        {amount(response.cumulativeCost)} so far, at most {amount(request.costCap)}
      </Fact>
      <Fact label="Client" hint="Who asked and pays">
        <Identifier value={request.client} what="client address" href={`/clients/${request.client}`} copyable />
      </Fact>
      <Fact label="Executor" hint="Who answered and is paid">
        <Identifier value={request.executor} what="executor address" href={`/executors/${request.executor}`} copyable />
      </Fact>
      <Fact label="Request" hint="EIP-712 digest of the request, which the client signed">
        <Identifier value={examined.requestHash} what="request hash" copyable testId="receipt-request" />
      </Fact>
      <Fact label="Response" hint="EIP-712 digest of the response, which the executor signed">
        <Identifier value={examined.responseHash} what="response hash" copyable testId="receipt-response" />
      </Fact>
      <Fact label="Settle until" hint="The request's deadline; it can be settled for 24 hours after that">
        {request.deadline < MOST_SECONDS ? formatMoment(Number(request.deadline)) : request.deadline.toString()}
      </Fact>
      <Fact label="Deployment" hint="The contract that the signatures are for">
        <Identifier value={domain.accounting} what="contract address" copyable />
        <span className="text-ink-faint"> on chain {domain.chainId.toString()}</span>
      </Fact>
    </Facts>
  );
}

/** The year 9999: a date beyond it cannot be written. */
const MOST_SECONDS = 253_402_300_800n;
