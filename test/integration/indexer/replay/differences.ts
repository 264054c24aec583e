import { csvCell } from "@lloom/protocol/csv";
import { askAnew } from "../../../support/ask-anew.ts";
import type { Callable } from "../../../support/contracts/callable.ts";
import type { Market } from "../../../support/contracts/market.ts";
import type { Indexer } from "../ponder-process.ts";
import { tablesByLogs } from "./all-tables.ts";
import { indexedTable } from "./indexed-lines.ts";
import { networkSettings, networkTotals } from "./network-row.ts";
import { Past, type TableRow } from "./past.ts";
import { readChain } from "./read-events.ts";

/** How many differing rows of a table are named. */
const SHOWN = 3;

/** What an index has and the chain's logs do not, and the other way round. */
export interface Differences {
  /** Sentences; none if every table agrees to the unit. */
  readonly wrong: readonly string[];
  /** Rows that were compared. */
  readonly rows: number;
  /** Events that they were computed from. */
  readonly events: number;
  /** Tables that have no row, of which nothing is known. */
  readonly empty: readonly string[];
}

/** Computes every table of the index from the chain's logs, by none of the index's own code, and compares both. */
export async function differences(indexer: Indexer, market: Market, audits: Callable): Promise<Differences> {
  const settings = await networkSettings(market, audits);
  const deployed = {
    minimum: {
      executor: settings["executorMinimumStake"] as bigint,
      validator: settings["validatorMinimumStake"] as bigint,
    },
    treasury: String(settings["treasury"]),
    accounting: String(settings["accounting"]),
    epochSeconds: settings["auditEpochSeconds"] as bigint,
  };
  const past = new Past(await readChain(market, audits.address), deployed);
  const tables = tablesByLogs(past);
  const wrong = await networkDifferences(indexer, { ...settings, ...networkTotals(past, tables) });
  const served = await servedTables(indexer);
  for (const name of served.filter((one) => tables[one] === undefined)) wrong.push(`${name} is computed by nobody`);
  const clients = (tables["clients"] ?? []).map((row) => String(row["address"]));
  for (const [name, rows] of Object.entries(tables))
    wrong.push(...(await tableDifferences(indexer, { name, rows, clients })));
  const all = Object.entries(tables);
  const empty = all.filter(([, rows]) => rows.length === 0).map(([name]) => name);
  return { wrong, rows: all.reduce((count, [, rows]) => count + rows.length, 1), events: past.all.length, empty };
}

/** Names of the tables that can be had as files, out of what is said where one cannot. */
async function servedTables({ url }: Indexer): Promise<readonly string[]> {
  const refused = (await (await askAnew(`${url}/export/none.csv`)).json()) as { errors: { message: string }[] };
  const [{ message = "" } = {}] = refused.errors;
  return message.slice(message.indexOf(":") + 1).match(/\w+/g) ?? [];
}

async function networkDifferences(indexer: Indexer, expected: TableRow): Promise<string[]> {
  const { __type } = await indexer.query('{ __type(name: "network") { fields { name } } }');
  const names = (__type as { fields: { name: string }[] }).fields.map(({ name }) => name);
  const { network } = await indexer.query(`{ network(id: "lloom") { ${names.join(" ")} } }`);
  const row = network as Readonly<Record<string, unknown>>;
  const all = new Set([...names, ...Object.keys(expected)]);
  return [...all]
    .filter((name) => String(row[name]) !== String(expected[name]))
    .map((name) => `network.${name} is ${String(row[name])}, by the logs ${String(expected[name])}`);
}

async function tableDifferences(
  indexer: Indexer,
  { name, rows, clients }: { name: string; rows: readonly TableRow[]; clients: readonly string[] },
): Promise<string[]> {
  const { columns, lines } = await indexedTable(indexer.url, name, clients);
  const [first] = rows;
  const unlike = first === undefined ? [] : columns.filter((column) => !(column in first));
  if (unlike.length > 0) return [`${name}: nobody computes ${unlike.join(", ")}`];
  const own = new Set(rows.map((row) => columns.map((column) => csvCell(row[column])).join(",")));
  const indexed = new Set(lines);
  const only = (these: ReadonlySet<string>, others: ReadonlySet<string>) =>
    [...these].filter((line) => !others.has(line)).toSorted();
  const [extra, missing] = [only(indexed, own), only(own, indexed)];
  if (extra.length + missing.length === 0 && lines.length === rows.length) return [];
  return [
    `${name} (${columns.join(",")}): ${lines.length} rows, by the logs ${rows.length}`,
    ...extra.slice(0, SHOWN).map((line) => `  index ${line}`),
    ...missing.slice(0, SHOWN).map((line) => `  logs  ${line}`),
  ];
}
