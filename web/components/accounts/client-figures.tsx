import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { Client } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";

interface ClientFiguresProps {
  readonly client: Client;
}

/** A client in four figures. */
export function ClientFigures({ client }: ClientFiguresProps) {
  const { paid, balance, allocated, deposited, requests, inboundTokens, outboundTokens, executorCount } = client;
  return (
    <FigureStrip label="Totals of this client" columns={4}>
      <Figure
        label="Paid"
        isAmount
        hint="Sum of the settlements that it paid"
        note={
          <>
            <Amount units={deposited} hint="Deposited ever" /> deposited
          </>
        }
      >
        <Amount units={paid} hint="Paid by settlements so far" testId="client-paid" />
      </Figure>
      <Figure
        label="Free deposit"
        isAmount
        hint="In the escrow and not reserved for any executor"
        note={
          <>
            <Amount units={allocated} hint="Reserved in channels now" /> in channels
          </>
        }
      >
        <Amount units={balance} hint="Free to allocate or withdraw" testId="client-balance" />
      </Figure>
      <Figure
        label="Answers paid"
        hint="Answers that it paid for"
        note={`by ${formatQuantity(executorCount, "executor")}`}
      >
        <Count value={requests} hint="Answers that it paid for" testId="client-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens that it paid for"
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count value={inboundTokens + outboundTokens} hint="Prompt tokens plus answer tokens" />
      </Figure>
    </FigureStrip>
  );
}
