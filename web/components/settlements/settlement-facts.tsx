import { formatCount, formatMoment } from "../../lib/format.ts";
import type { SettlementRow } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";

interface SettlementFactsProps {
  readonly settlement: SettlementRow;
  readonly now: number;
}

/** When and where a settlement happened, and between whom. */
export function OriginFacts({ settlement, now }: SettlementFactsProps) {
  const { clientAddress, executorAddress, transactionHash, block, timestamp, submitter } = settlement;
  return (
    <Facts>
      <Fact label="Executor" hint="Who answered and was paid">
        <Identifier
          value={executorAddress}
          what="executor address"
          href={`/executors/${executorAddress}`}
          copyable
          testId="settlement-executor"
        />
      </Fact>
      <Fact label="Client" hint="Who paid">
        <Identifier
          value={clientAddress}
          what="client address"
          href={`/clients/${clientAddress}`}
          copyable
          testId="settlement-client"
        />
      </Fact>
      <Fact label="Transaction" hint="Transaction that settled it">
        <Identifier
          value={transactionHash}
          what="transaction hash"
          href={`/tx/${transactionHash}`}
          copyable
          testId="settlement-transaction"
        />
      </Fact>
      <Fact label="Time" hint="Time of the block">
        <RelativeTime at={timestamp} now={now} />
        <span className="text-ink-faint">
          , {formatMoment(timestamp)}, in block{" "}
          <Identifier value={formatCount(block)} what="block" href={`/blocks/${block}`} testId="settlement-block" />
        </span>
      </Fact>
      <Fact label="Submitted by" hint="Who sent the transaction; anyone may, since both signatures fix the amount">
        {submitter === executorAddress ? (
          "The executor"
        ) : submitter === clientAddress ? (
          "The client"
        ) : (
          <Identifier value={submitter} what="submitter address" copyable />
        )}
      </Fact>
    </Facts>
  );
}

/** What the two signed messages say, and where they leave their lane. */
export function ProofFacts({ settlement }: Pick<SettlementFactsProps, "settlement">) {
  const { requestHash, responseHash, modelHash, laneNumber, nonce, laneCost, channelBalance } = settlement;
  return (
    <Facts>
      <Fact label="Request" hint="EIP-712 digest of the request that the client signed">
        <Identifier value={requestHash} what="request hash" copyable testId="settlement-request" />
      </Fact>
      <Fact label="Response" hint="EIP-712 digest of the response that the executor signed">
        <Identifier value={responseHash} what="response hash" copyable testId="settlement-response" />
      </Fact>
      <Fact
        label="Signatures"
        hint="The contract took both before it paid: a pair whose signatures are not the client's and the executor's is skipped"
      >
        of both parties, checked by the contract; they stand in the transaction's data, and in the receipt
      </Fact>
      <Fact label="Model" hint="keccak256 of the model's name; the name itself is not on chain">
        <Identifier value={modelHash} what="hash of the model's name" copyable />
      </Fact>
      <Fact
        label="Lane"
        hint="Sequence of requests between this client and executor; parallel requests use parallel lanes"
      >
        <span className="break-all tabular-nums">{laneNumber.toString()}</span>
        <span className="text-ink-faint">
          , up to answer <Count value={nonce} />
        </span>
      </Fact>
      <Fact label="Lane so far" hint="Paid for this lane ever, this settlement included">
        <Amount units={laneCost} withSymbol />
      </Fact>
      <Fact label="Left in channel" hint="What the client still has reserved for this executor after the settlement">
        <Amount units={channelBalance} withSymbol />
      </Fact>
    </Facts>
  );
}
