import { figuresOf } from "../../lib/figure-sources.ts";
import { formatCount } from "../../lib/format.ts";
import type { ModelPage } from "../../lib/indexer/models.ts";
import { averagePrice, concentrationWords, shareText } from "../../lib/models/market-share.ts";
import { Count } from "../figures/count.tsx";
import { Figure, FigureStrip } from "../figures/figure.tsx";
import { Price } from "./model-list-table.tsx";

/** A model in four figures: what it costs, who sells it, how much hangs on one of them, and how much was sold. */
export function ModelFigures({ model, sellers }: Pick<ModelPage, "model" | "sellers">) {
  const sources = figuresOf("model", model.hash);
  const largest = sellers.reduce((most, { work }) => (work.requests > most ? work.requests : most), 0n);
  const active = sellers.filter(({ executor }) => executor.active).length;
  return (
    <FigureStrip label="This model" columns={4}>
      <Figure
        label="Average price"
        isAmount
        hint="Paid for a million tokens ever, prompt and answer together, rounded down; prices of offers are not on chain"
        source={sources.averagePrice}
        note="per million tokens"
      >
        <Price units={averagePrice(model)} />
      </Figure>
      <Figure
        label="Executors"
        hint="Executors that were paid for it ever; active ones hold the minimum stake now and are not in jail"
        source={sources.executors}
        note={`${formatCount(active)} active`}
      >
        <Count value={model.executorCount} testId="model-executors" />
      </Figure>
      <Figure
        label="Largest share"
        hint="Paid answers of the executor that has most of them, of all with this model"
        note={concentrationWords(largest, model.requests)}
      >
        <span className="tabular-nums" data-testid="model-largest-share">
          {shareText(largest, model.requests)}
        </span>
      </Figure>
      <Figure
        label="Answers paid"
        hint="Answers with it that settlements have paid for"
        source={sources.answers}
        note={`${formatCount(model.inboundTokens + model.outboundTokens)} tokens`}
      >
        <Count value={model.requests} testId="model-answers" />
      </Figure>
    </FigureStrip>
  );
}
