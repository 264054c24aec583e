/** Why a node cannot do its work now, as a sentence with what to do; undefined if it can. */
export type Reason = () => string | undefined | Promise<string | undefined>;

/** What `/ready` answers. */
export interface Readiness {
  readonly status: "ready" | "waiting";
  /** The first thing that is in the way. */
  readonly reason?: string;
}

/** Asks the reasons in their order. One that cannot be asked is in the way itself. */
export async function readiness(reasons: readonly Reason[]): Promise<Readiness> {
  for (const why of reasons) {
    const reason = await Promise.resolve()
      .then(why)
      .catch(() => "The node is closing, or cannot tell how it stands.");
    if (reason !== undefined) return { status: "waiting", reason };
  }
  return { status: "ready" };
}
