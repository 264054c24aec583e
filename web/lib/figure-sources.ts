/*
 * Where figures come from: for each a formula over columns of one row of the index, and with it the query that gives them. One word has one
 * formula, wherever it is shown. The tests hold every query against the schema that the indexer serves.
 */

/** A figure's formula, over columns of a row of the index. */
export interface FigureSource {
  /** The row, as a query asks for it. */
  readonly row: string;
  readonly formula: string;
  /** Whether it is summed over the rows of a list. */
  readonly isList?: boolean;
}

/** What pages count and sum, by the word that they use for it. */
const OF_WORK = { answers: "requests", tokens: "inboundTokens + outboundTokens", paid: "paid" } as const;

const FORMULAS = {
  network: {
    ...OF_WORK,
    executors: "executorCount",
    clients: "clientCount",
    stake: "staked",
    openDisputes: "openDisputeCount",
    jailed: "jailedCount",
  },
  executor: {
    ...OF_WORK,
    earned: "paid - tailHeld - tailRefunded = earned",
    stake: "stake",
    slashed: "slashed",
    disputesLost: "disputesLost",
    audits: "auditCount = auditsPassed + auditsFailed + auditsUnanswered + auditsInconclusive",
  },
  client: { ...OF_WORK, freeDeposit: "deposited + tailRefunded - withdrawn - allocated - paid = balance" },
  model: {
    answers: "requests",
    executors: "executorCount",
    averagePrice: "paid * 1000000 / (inboundTokens + outboundTokens)",
  },
  validator: {
    stake: "stake",
    audits: "auditCount",
    juries: "seatCount",
    votes: "voteCount",
    fines: "fineCount",
  },
  settlement: {
    ...OF_WORK,
    paid: "acknowledgedPaid + tailPaid = paid",
    averagePrice: "(paid + unpaid) * 1000000 / (inboundTokens + outboundTokens)",
  },
} as const;

type Table = keyof typeof FORMULAS;

const KEYS: Readonly<Record<Table, string>> = {
  network: "id",
  executor: "address",
  client: "address",
  model: "hash",
  validator: "address",
  settlement: "id",
};

/** The sources of a row's figures: `figuresOf("executor", "0x…").earned`. */
export function figuresOf<T extends Table>(
  table: T,
  key: string,
): { readonly [Name in keyof (typeof FORMULAS)[T]]: FigureSource } {
  const row = `${table}(${KEYS[table]}: "${key}")`;
  const entries = Object.entries(FORMULAS[table]).map(([name, formula]) => [name, { row, formula }]);
  return Object.fromEntries(entries) as { readonly [Name in keyof (typeof FORMULAS)[T]]: FigureSource };
}

/** The query that gives what a formula is made of. */
export function queryOf({ row, formula, isList = false }: FigureSource): string {
  const columns = [...new Set(formula.match(/[a-z]\w*/gi) ?? [])].join(" ");
  return isList ? `{ ${row} { items { ${columns} } } }` : `{ ${row} { ${columns} } }`;
}

/** A sum over a network's days from one on; `networkDays` with its columns. */
export const sumOfDays = (formula: string, from: number): FigureSource => ({
  row: `networkDays(where: { day_gte: ${from} }, limit: 100)`,
  formula,
  isList: true,
});

/** A sum over a network's hours after a moment. */
export const sumOfHours = (formula: string, after: number): FigureSource => ({
  row: `networkHours(where: { hour_gt: ${after} }, limit: 100)`,
  formula,
  isList: true,
});

/** Every formula with the table and the word that it is for. */
export const allFormulas = (): readonly { readonly table: string; readonly name: string; readonly formula: string }[] =>
  Object.entries(FORMULAS).flatMap(([table, formulas]) =>
    Object.entries(formulas).map(([name, formula]) => ({ table, name: wordsOf(name), formula })),
  );

/** `averagePrice` as people write it. */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
