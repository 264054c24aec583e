import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { hrefWith, type ListQuery } from "../../lib/list-query.ts";
import { currentToken } from "../../lib/token.ts";

/** A column of a table. */
export interface Column<T> {
  readonly header: string;
  /** Says what the column holds; stands below the table. */
  readonly hint: string;
  readonly cell: (row: T) => ReactNode;
  /** Numbers stand at the right, so that their digits align. */
  readonly numeric?: boolean;
  /** Whether it holds amounts: its header then names the payment token. */
  readonly isAmount?: boolean;
  /** Narrowest screen that has room for it; always shown if left out. */
  readonly from?: "sm" | "md" | "lg" | "xl";
  /** Word for the address bar, if the list can be ordered by the column. */
  readonly sort?: string;
}

/** Where a sorted table lives and how it is ordered now. */
export interface Sorting {
  readonly path: string;
  readonly query: ListQuery;
  /** Parameters that stay when the order changes: the list's filter. */
  readonly keep?: Readonly<Record<string, string | undefined>>;
}

interface DataTableProps<T> {
  /** What the table holds, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly sorting?: Sorting;
  readonly rowTestId?: string;
}

const FROM = {
  sm: "hidden sm:table-cell",
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
} as const;

const classesOf = <T,>({ numeric, from }: Column<T>): string =>
  `px-1.5 sm:px-3 ${numeric ? "text-right" : "text-left"} ${from === undefined ? "" : FROM[from]}`;

interface SortLinkProps {
  readonly sort: string;
  readonly sorting: Sorting;
  readonly children: ReactNode;
}

function SortLink({ sort, sorting, children }: SortLinkProps) {
  const { path, query, keep } = sorting;
  const isCurrent = query.sort === sort;
  const dir = isCurrent && query.direction === "desc" ? "asc" : "desc";
  return (
    <Link
      href={hrefWith(path, { ...keep, sort, dir })}
      prefetch={false}
      scroll={false}
      className={`-mx-1 inline-flex items-baseline gap-1 rounded px-1 hover:text-ink ${isCurrent ? "font-medium text-ink" : ""}`}
    >
      {children}
      <span aria-hidden="true" className={isCurrent ? "text-weld-text" : "text-line-strong"}>
        {isCurrent && query.direction === "asc" ? "↑" : "↓"}
      </span>
    </Link>
  );
}

interface HeaderCellProps<T> {
  readonly column: Column<T>;
  readonly sorting: Sorting | undefined;
  /** Unit of the column, if it has one. */
  readonly unit: string | undefined;
}

function HeaderCell<T>({ column, sorting, unit }: HeaderCellProps<T>) {
  const { header, sort } = column;
  const isCurrent = sort !== undefined && sorting?.query.sort === sort;
  const order = sorting?.query.direction === "asc" ? "ascending" : "descending";
  const name = (
    <span>
      {header}
      {unit === undefined ? null : <span className="hidden font-normal text-ink-faint sm:inline"> {unit}</span>}
    </span>
  );
  return (
    <th
      scope="col"
      aria-sort={isCurrent ? order : undefined}
      className={`${classesOf(column)} py-2 font-normal whitespace-nowrap text-ink-faint`}
    >
      {sort !== undefined && sorting !== undefined ? (
        <SortLink sort={sort} sorting={sorting}>
          {name}
        </SortLink>
      ) : (
        name
      )}
    </th>
  );
}

/** A table of the explorer. Columns of less weight give way on narrow screens; each row's page has everything. */
export function DataTable<T>({ caption, columns, rows, rowKey, sorting, rowTestId }: DataTableProps<T>) {
  const symbol = currentToken()?.symbol;
  return (
    <div className="overflow-x-auto">
      <table className="edged-table w-full border-collapse text-[0.875rem]">
        <caption className="sr-only">{caption}</caption>
        <thead className="border-b border-line text-[0.8125rem]">
          <tr>
            {columns.map((column) => (
              <HeaderCell
                key={column.header}
                column={column}
                sorting={sorting}
                unit={column.isAmount ? symbol : undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={rowKey(row)} data-testid={rowTestId} className="hover:bg-raised/60">
              {columns.map((column) => (
                <td key={column.header} className={`${classesOf(column)} h-10 py-1.5 align-middle`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ColumnMeanings columns={columns} />
    </div>
  );
}

function ColumnMeanings<T>({ columns }: { readonly columns: readonly Column<T>[] }) {
  return (
    <details className="meaning border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
      <summary>What the columns mean</summary>
      <dl className="mt-2 grid gap-x-6 gap-y-1 pb-1 sm:grid-cols-[10rem_1fr]">
        {columns.map(({ header, hint }) => (
          <Fragment key={header}>
            <dt className="text-ink">{header}</dt>
            <dd className="max-w-[60ch]">{hint}.</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
