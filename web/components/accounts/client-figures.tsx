import { figuresOf } from "../../lib/figure-sources.ts";
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
  const sources = figuresOf("client", client.address);
  return (
    <FigureStrip label="Totals of this client" columns={4}>
      <Figure
        label="Paid"
        isAmount
        hint="Sum of the settlements that it paid"
        source={sources.paid}
        note={
          <>
            <Amount units={deposited} /> deposited
          </>
        }
      >
        <Amount units={paid} testId="client-paid" />
      </Figure>
      <Figure
        label="Free deposit"
        isAmount
        hint="In the escrow and not reserved for any executor"
        source={sources.freeDeposit}
        note={
          <>
            <Amount units={allocated} /> in channels
          </>
        }
      >
        <Amount units={balance} testId="client-balance" />
      </Figure>
      <Figure
        label="Answers paid"
        hint="Answers that it paid for"
        source={sources.answers}
        note={`by ${formatQuantity(executorCount, "executor")}`}
      >
        <Count value={requests} testId="client-answers" />
      </Figure>
      <Figure
        label="Tokens"
        hint="Prompt and answer tokens that it paid for"
        source={sources.tokens}
        note={`${formatCount(inboundTokens)} in, ${formatCount(outboundTokens)} out`}
      >
        <Count value={inboundTokens + outboundTokens} />
      </Figure>
    </FigureStrip>
  );
}
