import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Dispute } from "../dispute-rows.ts";
import { OFFENCE_WORDS, STATE_WORDS } from "../disputes/words.ts";
import { formatCount, formatMinute, formatMoney, formatQuantity, shortHex } from "../format.ts";
import { GRADE_WORDS } from "../reputation-words.ts";
import type { Executor, Model, SettlementRow } from "../rows.ts";

/** What is said on the picture that stands for a page where its address is shared. */
export interface Card {
  readonly kind: string;
  readonly title: string;
  /** What must be seen first; undefined where nothing speaks against it. */
  readonly danger: string | undefined;
  /** Names and values, at most four. */
  readonly facts: readonly (readonly [string, string])[];
}

/** Characters of a value that a card shows at most; an amount of 2^96 has fewer. */
const MOST_CHARACTERS = 60;
/** What the font of cards has: for any other character the library would ask the internet for a font. */
const UNDRAWN = /[^ -~…·−½]/gu;

/** Text as a card can draw it: what its font has not is a question mark. */
export function cardText(text: string): string {
  const drawn = text.replaceAll(UNDRAWN, "?");
  return drawn.length > MOST_CHARACTERS ? `${drawn.slice(0, MOST_CHARACTERS)}…` : drawn;
}

const drawn = ({ kind, title, danger, facts }: Card): Card => ({
  kind: cardText(kind),
  title: cardText(title),
  danger: danger === undefined ? undefined : cardText(danger),
  facts: facts.map(([name, value]) => [cardText(name), cardText(value)] as const),
});

/** An executor: earnings and what stands behind them; jail and lost disputes first. `now` is the chain's clock, in seconds. */
export function executorCard(row: Executor, token: TokenUnit, now: number): Card {
  const { address, earned, requests, stake, grade, jailedUntil, disputesLost } = row;
  const lost = disputesLost === 0 ? undefined : `Lost ${formatQuantity(disputesLost, "dispute")}`;
  return drawn({
    kind: "Executor",
    title: shortHex(address),
    danger: jailedUntil !== null && jailedUntil > now ? "In jail" : lost,
    facts: [
      ["Earned", formatMoney(earned, token)],
      ["Answers", formatCount(requests)],
      ["Stake", formatMoney(stake, token)],
      ["Reputation", grade === null ? "none yet" : GRADE_WORDS[grade].text],
    ],
  });
}

/** A model: who sells it, and what was paid. */
export const modelCard = (
  { hash, executorCount, requests, paid, inboundTokens, outboundTokens }: Model,
  token: TokenUnit,
) =>
  drawn({
    kind: "Model",
    title: shortHex(hash),
    danger: undefined,
    facts: [
      ["Executors that were paid for it", formatCount(executorCount)],
      ["Answers", formatCount(requests)],
      ["Tokens", formatCount(inboundTokens + outboundTokens)],
      ["Paid", formatMoney(paid, token)],
    ],
  });

/** What a settlement paid, by whom and to whom. */
export const settlementCard = (row: SettlementRow, token: TokenUnit): Card =>
  drawn({
    kind: row.requests === 1n ? "One paid answer" : `${formatCount(row.requests)} paid answers`,
    title: formatMoney(row.paid, token),
    danger: undefined,
    facts: [
      ["Executor", shortHex(row.executorAddress)],
      ["Client", shortHex(row.clientAddress)],
      ["Tokens", formatCount(row.inboundTokens + row.outboundTokens)],
      ["Settled", formatMinute(row.timestamp)],
    ],
  });

/** A dispute and what it came to. */
export function disputeCard(row: Dispute, token: TokenUnit): Card {
  const { text, bearing } = row.state === "UNKNOWN" ? STATE_WORDS.UNKNOWN : STATE_WORDS[row.state];
  return drawn({
    kind: `Dispute: ${OFFENCE_WORDS[row.offence].kind}`,
    title: text,
    danger: bearing === "against" ? "Against the executor" : undefined,
    facts: [
      ["Executor", shortHex(row.executorAddress)],
      ["Challenger", shortHex(row.challenger)],
      ["At stake", formatMoney(row.atStake, token)],
      row.closedAt === null ? ["Opened", formatMinute(row.timestamp)] : ["Closed", formatMinute(row.closedAt)],
    ],
  });
}
