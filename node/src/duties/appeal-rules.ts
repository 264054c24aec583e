/** Whether a party appeals against a verdict. Pure: the shell reads, asks here, saves, and sends. */

/** `auto`: appeal against a wrong verdict; `ask`: say how; `off`: never. */
export type AppealPolicy = "auto" | "ask" | "off";

/** What appeals of one account may lock unless it says otherwise: base units of a token with six decimals. */
export const MOST_APPEAL_DEPOSITS = 30_000_000n;

export interface AppealView {
  readonly policy: AppealPolicy;
  /** Base units that the appeal asks for; `undefined` where there is nobody to appeal to. */
  readonly deposit: bigint | undefined;
  /** Base units that this account's appeals have locked, and may lock at most. */
  readonly locked: bigint;
  readonly mostLocked: bigint;
  /** Base units in the wallet and as credit of the court. */
  readonly funds: bigint;
}

/** `asked`: somebody has to say yes. `unaffordable`: the bound or the funds do not allow it. `accepted`: nothing more is done. */
export type AppealMove =
  | { readonly act: "appeal" }
  | { readonly act: "none"; readonly state: "asked" | "unaffordable" | "accepted" };

export function nextAppeal({ policy, deposit, locked, mostLocked, funds }: AppealView): AppealMove {
  if (deposit === undefined || policy === "off") return { act: "none", state: "accepted" };
  if (policy === "ask") return { act: "none", state: "asked" };
  const isCovered = deposit <= funds && locked + deposit <= mostLocked;
  return isCovered ? { act: "appeal" } : { act: "none", state: "unaffordable" };
}
