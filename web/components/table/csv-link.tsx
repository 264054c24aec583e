import { hrefWith } from "../../lib/list-query.ts";

interface CsvLinkProps {
  readonly table: "executors" | "clients" | "validators" | "settlements" | "disputes";
  /** Order and filter of the list that is downloaded. */
  readonly params?: Readonly<Record<string, string | undefined>>;
}

/** Downloads a list as CSV, in the order that it is shown in. */
export function CsvLink({ table, params = {} }: CsvLinkProps) {
  return (
    <a
      className="link"
      href={hrefWith(`/csv/${table}`, params)}
      download={`${table}.csv`}
      title={`Download the ${table} as CSV`}
    >
      CSV
    </a>
  );
}
