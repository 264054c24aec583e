import { type DocumentNode, type FieldNode, Kind, parse, type SelectionNode, visit } from "graphql";

/** Ponder's page size where a query names none. */
const DEFAULT_PAGE = 50;
/** Ponder's largest page; also what a limit counts whose variable has no number. */
export const LARGEST_PAGE = 1_000;
/** What a `totalCount` counts for: the database counts all rows of the filter for it, of an index in most cases. */
const TOTAL_ROWS = 1_000;
export const MAX_TOKENS = 1_500;
/** What belongs to the page that it stands in and is no row of its own. */
const PAGE_FIELDS = new Set(["items", "pageInfo", "totalCount"]);
const CURSORS = new Set(["after", "before"]);

type Variables = Readonly<Record<string, unknown>>;

/** What a selection costs. */
interface Measure {
  readonly rows: number;
  readonly depth: number;
  readonly hasTotal: boolean;
  readonly isPage: boolean;
}

/** What a query has the database read at most. */
export interface QueryCost {
  /** The sizes of nested pages multiply, because each row of a page asks for a page of its own. */
  readonly rows: number;
  readonly depth: number;
  readonly aliases: number;
  /** Sizes of pages that no page can have. */
  readonly wrongLimits: readonly number[];
  /** Counts of rows to pass over that are below zero: their cost would make room for others. */
  readonly wrongOffsets: readonly number[];
  /** Whether a page is asked for by a cursor. */
  readonly hasCursor: boolean;
}

interface Asked {
  readonly query: string;
  readonly variables: Variables;
  /** Names of the fields that are pages, whatever is asked of them. */
  readonly pages: ReadonlySet<string>;
}

/** Measures a query. Undefined for text that is no GraphQL: the executor says what is wrong with it. */
export function costOf(asked: Asked): QueryCost | undefined {
  const document = parsed(asked.query);
  if (document === undefined) return undefined;
  const measure = measurer(document, asked);
  const operations = document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? [measure(node.selectionSet.selections)] : [],
  );
  const { rows, depth } = together(operations);
  return { rows, depth, ...textMeasures(document, asked.variables) };
}

/** What is counted of the whole document, whether or not an operation reaches it. */
function textMeasures(document: DocumentNode, variables: Variables): Omit<QueryCost, "rows" | "depth"> {
  const wrongLimits: number[] = [];
  const wrongOffsets: number[] = [];
  let hasCursor = false;
  let aliases = 0;
  visit(document, {
    Field(field) {
      const limit = numberOf(field, "limit", variables) ?? DEFAULT_PAGE;
      if (limit < 1 || limit > LARGEST_PAGE) wrongLimits.push(limit);
      const offset = numberOf(field, "offset", variables) ?? 0;
      if (offset < 0) wrongOffsets.push(offset);
      hasCursor ||= field.arguments?.some(({ name }) => CURSORS.has(name.value)) ?? false;
      if (field.alias !== undefined) aliases++;
    },
  });
  return { wrongLimits, wrongOffsets, hasCursor, aliases };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch {
    return undefined;
  }
}

const together = (parts: readonly Measure[]): Measure => ({
  rows: parts.reduce((sum, { rows }) => sum + rows, 0),
  depth: parts.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
  hasTotal: parts.some(({ hasTotal }) => hasTotal),
  isPage: parts.some(({ isPage }) => isPage),
});

/** Measures selections; each fragment once, however often it is spread. */
function measurer(document: DocumentNode, { variables, pages }: Asked) {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const known = new Map<string, Measure>();

  const measure = (selections: readonly SelectionNode[]): Measure => together(selections.map(measureOne));

  const measureOne = (selection: SelectionNode): Measure => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    const inner = measure(selection.selectionSet?.selections ?? []);
    if (selection.kind === Kind.INLINE_FRAGMENT) return inner;
    const name = selection.name.value;
    const own = { depth: inner.depth + 1, hasTotal: name === "totalCount", isPage: PAGE_FIELDS.has(name) };
    return { ...own, rows: rowsOf(selection, inner) };
  };

  const rowsOf = (field: FieldNode, inner: Measure): number => {
    const name = field.name.value;
    // What is asked of the schema reads no row.
    if (name.startsWith("_")) return 0;
    if (field.selectionSet === undefined || PAGE_FIELDS.has(name)) return inner.rows;
    // One row behind a key.
    if (!pages.has(name) && !inner.isPage) return 1 + inner.rows;
    const size = numberOf(field, "limit", variables) ?? DEFAULT_PAGE;
    const passedOver = numberOf(field, "offset", variables) ?? 0;
    return size * (1 + inner.rows) + passedOver + (inner.hasTotal ? TOTAL_ROWS : 0);
  };

  const measureFragment = (name: string): Measure => {
    const measured = known.get(name);
    if (measured !== undefined) return measured;
    // A fragment that spreads itself finds this; the executor refuses it, but only after the count.
    known.set(name, { rows: Number.POSITIVE_INFINITY, depth: 0, hasTotal: false, isPage: false });
    const result = measure(fragments.get(name)?.selectionSet.selections ?? []);
    known.set(name, result);
    return result;
  };
  return measure;
}

/** An argument's number, undefined without the argument; a variable without one counts as the largest page. */
function numberOf(field: FieldNode, argument: string, variables: Variables): number | undefined {
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value === undefined) return undefined;
  if (value.kind === Kind.INT) return Number(value.value);
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof given === "number" ? given : LARGEST_PAGE;
}
