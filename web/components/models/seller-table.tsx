import type { Seller } from "../../lib/indexer/models.ts";
import { averagePrice, shareText } from "../../lib/models/market-share.ts";
import type { Model } from "../../lib/rows.ts";
import { DangerSigns } from "../accounts/danger-signs.tsx";
import { Trust } from "../accounts/trust.tsx";
import { Amount } from "../figures/amount.tsx";
import { Count } from "../figures/count.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";
import { Price } from "./model-list-table.tsx";

const columnsOf = (model: Model): readonly Column<Seller>[] => [
  {
    header: "Executor",
    hint: "Address of the executor, and what speaks against it",
    cell: ({ executor }) => (
      <>
        <Identifier value={executor.address} what="executor address" href={`/executors/${executor.address}`} short />
        <DangerSigns member={executor} />
      </>
    ),
  },
  {
    header: "Average price",
    hint: "What it was paid for a million tokens with this model, prompt and answer together",
    numeric: true,
    isAmount: true,
    cell: ({ work }) => <Price units={averagePrice(work)} />,
  },
  {
    header: "Trust",
    hint: "Of 1, with its grade: by audits, stake and conduct when something happened last that counts",
    numeric: true,
    from: "sm",
    cell: ({ executor }) => <Trust executor={executor} />,
  },
  {
    header: "Stake",
    hint: "Held against misbehaviour; unbonding stake not counted",
    numeric: true,
    isAmount: true,
    from: "md",
    cell: ({ executor }) => <Amount units={executor.stake} />,
  },
  {
    header: "Answers",
    hint: "Answers with this model that it was paid for",
    numeric: true,
    from: "sm",
    cell: ({ work }) => <Count value={work.requests} />,
  },
  {
    header: "Share",
    hint: "Of all paid answers with this model",
    numeric: true,
    cell: ({ work }) => <span className="tabular-nums">{shareText(work.requests, model.requests)}</span>,
  },
];

interface SellerTableProps {
  readonly model: Model;
  readonly sellers: readonly Seller[];
}

/** Who was paid for a model, the best paid first: price, trust, stake and share side by side. */
export function SellerTable({ model, sellers }: SellerTableProps) {
  return (
    <DataTable
      caption="Executors of this model, the best paid first"
      columns={columnsOf(model)}
      rows={sellers}
      rowKey={({ executor }) => executor.address}
      rowTestId="seller-row"
    />
  );
}
