/** What is used of `pg`, which comes without types. */
declare module "pg" {
  export interface Pool {
    query(
      sql: string,
      values?: readonly unknown[],
    ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
    on(event: "error", listener: (problem: Error) => void): this;
    end(): Promise<void>;
  }
  const pg: { readonly Pool: new (options: Readonly<Record<string, unknown>>) => Pool };
  export default pg;
}
