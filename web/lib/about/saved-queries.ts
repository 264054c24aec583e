/*
 * Queries that are worth asking, each one request and one block. A test holds them against the schema, another asks a running index.
 */

/** What a network offers to ask about: of its newest settlement. */
export interface Examples {
  readonly model: string;
  readonly client: string;
}

export interface SavedQuery {
  readonly title: string;
  /** What it says, or what to make of it. */
  readonly note: string;
  readonly text: string;
  /** What its variables are taken from. */
  readonly variables?: readonly (keyof Examples)[];
}

const newest = (column: string, limit: number): string =>
  `orderBy: "${column}", orderDirection: "desc", limit: ${limit}`;

export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    title: "Totals of the network",
    note: "Amounts are base units: divide by 10 to the power of tokenDecimals.",
    text: `{ network(id: "lloom") {
    requests inboundTokens outboundTokens paid staked clientCount activeExecutorCount openDisputeCount
    tokenSymbol tokenDecimals
} }`,
  },
  {
    title: "Who earned most",
    note: "Earned is what settlements paid, less what disputes hold or gave back.",
    text: `{ executors(${newest("earned", 10)}) { items { address earned requests clientCount averagePrice } } }`,
  },
  {
    title: "Who can be trusted",
    note: "Trust is an integer of 2^-64, of the newest epoch in which something happened that counts.",
    text: `{ executors(where: { active: true, trust_gte: "0" }, ${newest("trust", 10)}) { items {
    address trust grade stake auditsPassed auditsFailed auditsUnanswered disputesLost
} } }`,
  },
  {
    title: "Who sells a model, and for how much",
    note: "The average price per million tokens is paid * 1000000 / (inboundTokens + outboundTokens).",
    text: `query ($model: String) { executorModels(where: { modelHash: $model }, ${newest("paid", 20)}) { items {
    executorAddress requests inboundTokens outboundTokens paid executor { active grade stake }
} } }`,
    variables: ["model"],
  },
  {
    title: "Price of a model by day",
    note: "Days without settlements have no row.",
    text: `query ($model: String) { modelDays(where: { modelHash: $model }, ${newest("day", 90)}) { items {
    day requests inboundTokens outboundTokens paid
} } }`,
    variables: ["model"],
  },
  {
    title: "The network day by day",
    note: "Answers, pay, who came, audits, disputes and slashes of each UTC day.",
    text: `{ networkDays(${newest("day", 30)}) { items {
    day requests paid newClients newExecutors auditsPassed auditsFailed deliveryDisputeCount measuredDisputeCount slashed
} } }`,
  },
  {
    title: "Newest settlements",
    note: "Both hashes are digests that the parties signed: a receipt has them too.",
    text: `{ settlements(${newest("timestamp", 20)}) { items {
    id timestamp clientAddress executorAddress laneNumber nonce requests paid unpaid requestHash responseHash transactionHash
} } }`,
  },
  {
    title: "Disputes that are open, the next deadline first",
    note: "A proven fault is over at once and not among them.",
    text: `{ disputes(where: { closedAt: null }, ${newest("place", 50)}) { items {
    disputeId judgeAddress offence state executorAddress challenger atStake until
} } }`,
  },
  {
    title: "Who audited whom, and what came of it",
    note: "With the epoch's seed and the validator's preimage anybody can tell whom it was assigned.",
    text: `{ audits(${newest("epoch", 50)}) { items {
    validatorAddress executorAddress epochStartsAt outcome canaries unanswered countFailures traceFailures
} } }`,
  },
  {
    title: "Where a client's money is",
    note: "Free deposit, and what is set aside for whom.",
    text: `query ($client: String!) { client(address: $client) {
    deposited withdrawn balance allocated paid
    channels(${newest("balance", 20)}) { items { executorAddress balance unlocking unlockAt paid } }
} }`,
    variables: ["client"],
  },
];

/** The variables of a query, out of what the network has. */
export const variablesOf = ({ variables = [] }: SavedQuery, examples: Examples): Readonly<Record<string, string>> =>
  Object.fromEntries(variables.map((name) => [name, examples[name]]));
