import { parseAddress } from "@lloom/protocol/addresses";
import { formatAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { replay } from "@lloom/protocol/reputation/epochs-of";
import type { Chain } from "../../chain/chain.ts";
import { readActive, readFrauds, readMember, readSettledRequests } from "../../chain/reads.ts";
import { readReputationRules } from "../../chain/reputation/reputation-logs.ts";
import { readReputationPast } from "../../chain/reputation/reputation-past.ts";
import { shownWeights } from "../../client/choose/weights.ts";
import type { Client } from "../../client/client.ts";
import { asLloomError } from "../../errors.ts";
import type { ExecutorFacts } from "../../gateway/mcp/executor-facts.ts";
import type { ExecutorLook } from "../../gateway/mcp/tool.ts";
import type { CommandContext } from "../command.ts";
import { chosenAudits } from "../open/deployment.ts";
import { keptPast } from "../reputation/past.ts";
import { shownFraction } from "../reputation/words.ts";

/** How long an executor's past may take to be read. What was read is kept, so that the next look goes on from there. */
const PATIENCE_MS = 20_000;

/** Offers of one executor that are told. */
const MOST_OFFERS = 64;

interface Looking {
  readonly chain: Chain;
  readonly client: Pick<Client, "offers">;
}

/** Looks at executors for whoever asks about one: stake and faults on the chain, what is offered now, reputation by the chain's events. */
export const executorLook =
  (context: CommandContext, { chain, client }: Looking): ExecutorLook =>
  async (address, signal) => {
    const executor = parseAddress(address);
    const [member, active, cheated, settled] = await Promise.all([
      readMember(chain, executor),
      readActive(chain, executor),
      readFrauds(chain, executor),
      readSettledRequests(chain, executor),
    ]);
    const amount = (units: bigint): string => formatAmount(units, chain.tokenDecimals);
    const offers = client.offers().filter(({ offer }) => offer.executor === executor);
    return {
      ...{
        address: executor,
        role: member.role,
        active,
        stake: amount(member.stake),
        token: chain.tokenSymbol,
        cheated,
      },
      settled_answers: String(settled),
      offers: offers.slice(0, MOST_OFFERS).map(({ offer }) => ({
        ...{ model: offer.model, context: Number(offer.maxContext) },
        ...{ prompt_price: amount(offer.inboundPrice), completion_price: amount(offer.outboundPrice) },
        weights: shownWeights(offer.weightsHash) ?? "none",
      })),
      ...(await reputationOf(context, chain, executor, signal)),
    };
  };

type ReputationFacts = Pick<ExecutorFacts, "reputation" | "reputation_unknown">;

const unknown = (why: string): ReputationFacts => ({ reputation: null, reputation_unknown: why });

/** Whatever keeps it from being known is said in its place: the other facts hold without it. */
async function reputationOf(
  { settings }: CommandContext,
  chain: Chain,
  executor: Address,
  signal: AbortSignal,
): Promise<ReputationFacts> {
  if (settings.audits === undefined && settings.network === undefined)
    return unknown("No Audits is named: --audits, or --network.");
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const contracts = { chain, audits: chosenAudits(settings) };
    const rules = await readReputationRules(contracts);
    const toBlock = await chain.provider.getBlockNumber();
    const kept = keptPast(settings, { ...contracts, executor });
    const events = await readReputationPast(contracts, { executor, toBlock, signal: patience, kept });
    const standing = replay(rules, { executor, events }).at((await chain.nowSeconds()) / rules.epochSeconds);
    if (standing === undefined) return unknown("It has not registered as an executor.");
    const { grade, trust, lower, upper, epoch } = standing;
    const fraction = (value: bigint): number => Number(shownFraction(value));
    return {
      reputation: {
        ...{ grade, trust: fraction(trust), epoch: String(epoch) },
        passes: { least: fraction(lower), most: fraction(upper) },
      },
    };
  } catch (thrown) {
    signal.throwIfAborted();
    if (patience.aborted) return unknown("Its past takes long to be read; ask again, and it goes on from there.");
    return unknown(asLloomError(thrown).message);
  }
}
