import { type DocumentNode, type FieldNode, Kind, parse, type SelectionNode } from "graphql";

/** Ponder's page size where a query names none. */
const DEFAULT_PAGE = 50;
/** Ponder's largest page; also what a limit counts whose variable has no number. */
const LARGEST_PAGE = 1_000;
const MAX_TOKENS = 2_000;

type Variables = Readonly<Record<string, unknown>>;

/** What a selection costs, and whether it is of a page. */
interface Measure {
  readonly rows: number;
  readonly isPage: boolean;
}

/**
 * How many rows a query may read at most: the sizes of nested pages multiply, because each row of a page asks for a page
 * of its own. Undefined for text that is no GraphQL: the executor says what is wrong with it.
 */
export function rowsAsked(query: string, variables: Variables): number | undefined {
  const document = parsed(query);
  if (document === undefined) return undefined;
  const measure = measurer(document, variables);
  return document.definitions
    .flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? [measure(node.selectionSet.selections)] : []))
    .reduce((rows, each) => rows + each.rows, 0);
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
    return { rows, isPage: selection.name.value === "items" };
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
