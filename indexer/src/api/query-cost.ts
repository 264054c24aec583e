import { type DocumentNode, type FieldNode, Kind, parse, type SelectionNode, visit } from "graphql";

/** Ponder's page size where a query names none. */
const DEFAULT_PAGE = 50;
/** Ponder's largest page; also what a limit counts whose variable has no number. */
export const LARGEST_PAGE = 1_000;
const MAX_TOKENS = 2_000;
/** What only a page has; to answer any of it, its rows are read. */
const PAGE_FIELDS = new Set(["items", "pageInfo", "totalCount"]);
const CURSORS = new Set(["after", "before"]);

type Variables = Readonly<Record<string, unknown>>;

/** What a selection costs, and whether it is of a page. */
interface Measure {
  readonly rows: number;
  readonly isPage: boolean;
}

/** What a query asks for at most. */
export interface QueryCost {
  /** The sizes of nested pages multiply, because each row of a page asks for a page of its own. */
  readonly rows: number;
  /** Sizes of pages that no page can have. */
  readonly wrongLimits: readonly number[];
  /** Whether a page is asked for by a cursor. */
  readonly hasCursor: boolean;
}

/** Measures a query. Undefined for text that is no GraphQL: the executor says what is wrong with it. */
export function costOf(query: string, variables: Variables): QueryCost | undefined {
  const document = parsed(query);
  if (document === undefined) return undefined;
  const measure = measurer(document, variables);
  const rows = document.definitions
    .flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? [measure(node.selectionSet.selections)] : []))
    .reduce((sum, each) => sum + each.rows, 0);
  return { rows, ...pageArguments(document, variables) };
}

/** The limits and cursors of the whole document, whether or not an operation reaches them. */
function pageArguments(document: DocumentNode, variables: Variables): Omit<QueryCost, "rows"> {
  const wrongLimits: number[] = [];
  let hasCursor = false;
  visit(document, {
    Field(field) {
      const limit = pageSize(field, variables);
      if (limit < 1 || limit > LARGEST_PAGE) wrongLimits.push(limit);
      hasCursor ||= field.arguments?.some(({ name }) => CURSORS.has(name.value)) ?? false;
    },
  });
  return { wrongLimits, hasCursor };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch {
    return undefined;
  }
}

/** Measures selections; each fragment once, however often it is spread. */
function measurer(document: DocumentNode, variables: Variables) {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const known = new Map<string, Measure>();

  const measure = (selections: readonly SelectionNode[]): Measure => {
    const each = selections.map(measureOne);
    return { rows: each.reduce((sum, { rows }) => sum + rows, 0), isPage: each.some(({ isPage }) => isPage) };
  };

  const measureOne = (selection: SelectionNode): Measure => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    const inner = measure(selection.selectionSet?.selections ?? []);
    if (selection.kind === Kind.INLINE_FRAGMENT) return inner;
    const rows = inner.isPage ? pageSize(selection, variables) * (1 + inner.rows) : inner.rows;
    return { rows, isPage: PAGE_FIELDS.has(selection.name.value) };
  };

  const measureFragment = (name: string): Measure => {
    const measured = known.get(name);
    if (measured !== undefined) return measured;
    // A fragment that spreads itself finds this; the executor refuses it, but only after the count.
    known.set(name, { rows: Number.POSITIVE_INFINITY, isPage: false });
    const result = measure(fragments.get(name)?.selectionSet.selections ?? []);
    known.set(name, result);
    return result;
  };
  return measure;
}

function pageSize(field: FieldNode, variables: Variables): number {
  const limit = field.arguments?.find(({ name }) => name.value === "limit")?.value;
  if (limit === undefined) return DEFAULT_PAGE;
  if (limit.kind === Kind.INT) return Number(limit.value);
  const given = limit.kind === Kind.VARIABLE ? variables[limit.name.value] : undefined;
  return typeof given === "number" ? given : LARGEST_PAGE;
}
