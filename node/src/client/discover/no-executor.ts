import { shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { featuresNeeded } from "@lloom/protocol/form/features";
import { LloomError } from "../../errors.ts";
import type { NoChoice } from "../choose/no-choice.ts";
import { shownWeights } from "../choose/weights.ts";
import type { Question } from "../question.ts";
import type { ModelSummary } from "./model-summary.ts";

/** How the asking node stands in the network. */
export interface NetworkView {
  /** What is offered of the model that was asked for. */
  readonly offered: ModelSummary | undefined;
  /** Models that are offered, a few of them at most. */
  readonly others: readonly string[];
  /** What prices are in. */
  readonly token: TokenUnit;
  /** Bootstrap addresses that it was given. */
  readonly bootstrap: number;
  /** Connected peers. */
  readonly peers: number;
}

/** Models named in an error at most. */
export const MOST_NAMED = 5;

/** Why nobody can be asked, in words that say what to change. */
export function noExecutor(choice: NoChoice, question: Question, networkView: NetworkView): LloomError {
  const { model, maxOutboundTokens, executor } = question;
  const { offered, others, token } = networkView;
  if (choice === "price" && offered !== undefined)
    return new LloomError(
      "NO_EXECUTOR",
      `No executor offers ${model} within the price limit; the lowest inbound price is ${shownAmount(offered.inboundPrice, token)} and the lowest outbound price ${shownAmount(offered.outboundPrice, token)} per 1 000 000 tokens, not always of one offer.`,
      { next: "Raise the price limit (--max-inbound-price, --max-outbound-price), or choose another model." },
    );
  if (choice === "provider")
    return new LloomError("NO_EXECUTOR", `Nobody whom the request lets be asked offers ${model}.`, {
      next: "Widen provider.only, provider.quantizations or provider.ignore, or allow fallbacks.",
    });
  if ((choice === "weights" || choice === "ambiguous") && offered !== undefined)
    return wrongWeights(choice, question, offered);
  if (choice === "context" && offered !== undefined)
    return new LloomError(
      "CONTEXT_EXCEEDED",
      `${maxOutboundTokens} answer tokens do not fit ${model}; its largest context is ${offered.maxContext}.`,
    );
  if (choice === "embedder")
    return new LloomError("UNSUPPORTED", `${model} makes vectors of texts, and answers no conversation.`, {
      next: "Ask it for vectors (POST /v1/embeddings), or choose another model.",
      details: { param: "model" },
    });
  if (choice === "features" && isEmbedding(question.sampling))
    return new LloomError("UNSUPPORTED", `No executor that may be asked sells such vectors of ${model}.`, {
      next: `Choose a model whose lloom.features in GET /v1/models have ${neededBy(question).join(" and ")}.`,
      details: { param: question.sampling.embedding?.dimensions === undefined ? "model" : "dimensions" },
    });
  if (choice === "features")
    return new LloomError(
      "UNSUPPORTED",
      `No executor that offers ${model} and may be asked can do all of this: ${neededBy(question).join(", ")}.`,
      {
        next: "Leave out what it names, or choose another model.",
        ...(question.odds === true && { details: { param: "logprobs" } }),
      },
    );
  if (choice === "unstaked")
    return new LloomError("NO_EXECUTOR", `${model} is offered only by keys that have nothing at stake.`, {
      next: "Wait for an executor with a stake, or buy without one: --executors any.",
    });
  if (choice === "unread")
    return new LloomError("NO_EXECUTOR", `The chain does not say what those who offer ${model} have at stake.`, {
      next: "Check --rpc, or buy without asking for a stake: --executors any.",
    });
  if (choice === "stake")
    return new LloomError("NO_EXECUTOR", `No executor of ${model} has the stake that is asked for.`, {
      next: "Ask for less: --min-stake, or provider.min_stake of the request.",
    });
  if (choice === "reputation")
    return new LloomError("NO_EXECUTOR", `No executor of ${model} is known to have the reputation that is asked for.`, {
      next: "Ask for less: --min-reputation, or provider.min_reputation of the request; without --indexer nobody's is known.",
    });
  if (choice === "none" && offered !== undefined && executor !== undefined)
    return new LloomError("NO_EXECUTOR", `${executor} offers no ${model} that is known here; others do.`, {
      next: "Wait until it does, or ask without naming an executor.",
    });
  if (choice !== "none") return new LloomError("NO_EXECUTOR", `No executor of ${model} can be asked now.`);
  return others.length > 0 && offered === undefined ? notOffered(model, others) : nobodyKnown(model, networkView);
}

const neededBy = ({ sampling, messages, odds }: Question): readonly string[] => [
  ...featuresNeeded(sampling, messages),
  ...(odds === true ? ["logprobs"] : []),
];

function wrongWeights(
  choice: "weights" | "ambiguous",
  { model, weights }: Question,
  offered: ModelSummary,
): LloomError {
  const sold = offered.weights.map(({ hash }) => shownWeights(hash) ?? "none that is named").slice(0, MOST_NAMED);
  if (choice === "ambiguous")
    return new LloomError("REQUEST_INVALID", `${model}@sha256:${weights} may be: ${sold.join(", ")}.`, {
      next: "Give more digits of the hash.",
    });
  return new LloomError("MODEL_NOT_FOUND", `Nobody offers ${model} with the weights sha256:${weights}.`, {
    next: `Ask for weights that are offered: ${sold.join(", ")}.`,
  });
}

function notOffered(model: string, named: readonly string[]): LloomError {
  return new LloomError("MODEL_NOT_FOUND", `Nobody offers ${model}. Offered are: ${named.join(", ")}.`, {
    next: `Ask for one of them, for example ${named[0]}.`,
  });
}

/** Not one offer has come: most often because the node has not joined the network. */
function nobodyKnown(model: string, { bootstrap, peers }: NetworkView): LloomError {
  if (peers > 0)
    return new LloomError("NO_EXECUTOR", `Nobody offers ${model} now.`, {
      next: "Wait until an executor offers it, or run one: lloom executor.",
    });
  if (bootstrap > 0)
    return new LloomError(
      "NO_EXECUTOR",
      `Nobody offers ${model}: no bootstrap peer answers, so no executor is known.`,
      {
        next: "Check the addresses of --bootstrap, and that the validators there run.",
      },
    );
  return new LloomError(
    "NO_EXECUTOR",
    `Nobody offers ${model}: this node was given no peer to join the network through.`,
    {
      next: "Give --bootstrap MULTIADDR, or LLOOM_BOOTSTRAP, or network.bootstrap in lloom.toml; lloom validator prints its own at the start.",
    },
  );
}
