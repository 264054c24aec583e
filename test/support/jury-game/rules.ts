/** What the end of one dispute about a model gives to everybody: the rules of docs/contracts-measured.md, told once more. */

/** Whole amounts are parts of so many. */
export const WHOLE = 10_000n;
export const REPORTER_SHARE = 3_000n;
export const MOST_JURY_SHARE = 2_000n;
export const LEAST_FEE = 200_000n;
export const FEE_DIVISOR = 250n;
export const BOND_FEES = 16n;
const APPEAL_BONDS = 2n;
export const CONCESSION_DIVISOR = 4n;

export const FIRST_PANEL = 5;
export const SECOND_PANEL = 11;

/** What a juror does with its seat. `hidden`: it commits, and reveals nothing. */
export const CHOICES = ["mismatch", "match", "insufficient", "hidden", "absent"] as const;
export type Choice = (typeof CHOICES)[number];
/** What a panel finds, and what a case comes to. */
export type Finding = "mismatch" | "match" | "nothing";
export type Side = "executor" | "challenger";
export type Outcome = "conceded" | "upheld" | "rejected" | "void";

/** Base units. Of the validators' minimum of 500: 2 % for not coming, 5 % for hiding a vote or for the opposite of the truth. */
export const FINES = { absent: 10_000_000n, hidden: 25_000_000n, opposite: 25_000_000n } as const;

/** What is at stake: base units. */
export interface Stakes {
  readonly penalty: bigint;
  /** Of the disputed answer, paid and not mature. */
  readonly cost: bigint;
  /** Of the arbitrator. */
  readonly price: bigint;
}

/** How a dispute ended. */
export interface End {
  readonly outcome: Outcome;
  /** Whose appeal the second jury was asked by, if it was by one. */
  readonly appeal?: Side;
  /** Whether a jury or a ruling came to decide that appeal. */
  readonly heard: boolean;
  /** Jurors that are owed a fee. */
  readonly paid: number;
  /** Whether the arbitrator ruled, and which appellant has paid it. */
  readonly ruled: "no" | "for nobody" | Side;
}

/** What everybody has more (or less) than before the dispute was opened. */
export interface Payout {
  readonly challenger: bigint;
  readonly executor: bigint;
  /** Each juror that is owed a fee. */
  readonly perJuror: bigint;
  /** Treasury and arbitrator together; fines of jurors come on top. */
  readonly others: bigint;
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const divideUp = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;

export const feeOf = ({ penalty }: Stakes): bigint => {
  const share = divideUp(penalty, FEE_DIVISOR);
  return share > LEAST_FEE ? share : LEAST_FEE;
};
export const bondOf = (stakes: Stakes): bigint => BOND_FEES * feeOf(stakes);
export const appealOf = (stakes: Stakes): bigint => APPEAL_BONDS * bondOf(stakes);

/** What more than half of the seats say. */
export function findingOf(votes: readonly Choice[]): Finding {
  const count = (choice: Choice): number => votes.filter((vote) => vote === choice).length;
  if (count("mismatch") * 2 > votes.length) return "mismatch";
  return count("match") * 2 > votes.length ? "match" : "nothing";
}

/** Whether a juror is owed a fee, when the case came to `truth`. */
export function isPaid(choice: Choice, truth: Finding): boolean {
  if (truth !== "nothing") return choice === truth;
  return choice !== "hidden" && choice !== "absent";
}

/** What a juror loses. */
export function fineOf(choice: Choice, truth: Finding): bigint {
  if (choice === "absent") return FINES.absent;
  if (choice === "hidden") return FINES.hidden;
  const isOpposite = truth !== "nothing" && choice !== "insufficient" && choice !== truth;
  return isOpposite ? FINES.opposite : 0n;
}

/** What the slash gives: to the challenger, and to jurors and arbitrator together. */
function slashOf(stakes: Stakes, end: End): { taken: bigint; reporter: bigint; jury: bigint } {
  if (end.outcome !== "upheld" && end.outcome !== "conceded") return { taken: 0n, reporter: 0n, jury: 0n };
  const taken = end.outcome === "conceded" ? divideUp(stakes.penalty, CONCESSION_DIVISOR) : stakes.penalty;
  const owed = feeOf(stakes) * BigInt(end.paid) + (end.ruled === "for nobody" ? stakes.price : 0n);
  const juryShare = smaller(MOST_JURY_SHARE, divideUp(owed * WHOLE, taken));
  return { taken, reporter: (taken * REPORTER_SHARE) / WHOLE, jury: (taken * juryShare) / WHOLE };
}

/** Who gets what. Whatever one loses another one gets: the payout adds up to nothing. */
export function payoutOf(stakes: Stakes, end: End): Payout {
  const slash = slashOf(stakes, end);
  const guilty = end.outcome === "upheld" || end.outcome === "conceded";
  const given: Record<Side, bigint> = { challenger: slash.reporter, executor: -slash.taken };
  // The cost of the answer was the executor's, and the challenger is its client.
  if (guilty) {
    given.challenger += stakes.cost;
    given.executor -= stakes.cost;
  }
  const bond = bondOf(stakes);
  let pot = end.outcome === "rejected" || end.outcome === "void" ? bond : 0n;
  given.challenger -= pot;
  const loser: Side | undefined = { upheld: "executor", rejected: "challenger" }[end.outcome as string] as
    | Side
    | undefined;
  if (end.appeal !== undefined && end.heard && end.appeal === loser) {
    pot += appealOf(stakes);
    given[end.appeal] -= appealOf(stakes);
  }
  if (end.ruled === "executor" || end.ruled === "challenger") given[end.ruled] -= stakes.price;

  const jurors = BigInt(end.paid);
  const fee = feeOf(stakes);
  const fromSlash = jurors === 0n ? 0n : smaller(fee, slash.jury / jurors);
  const fromPot = jurors === 0n ? 0n : smaller(fee - fromSlash, pot / jurors);
  pot -= fromPot * jurors;
  if (end.ruled === "for nobody") {
    const wage = smaller(stakes.price, slash.jury - fromSlash * jurors);
    pot -= smaller(stakes.price - wage, pot);
  }
  if (end.outcome === "void") given.challenger += pot;
  else given[end.outcome === "rejected" ? "executor" : "challenger"] += pot / 2n;
  const perJuror = fromSlash + fromPot;
  return { ...given, perJuror, others: -(given.challenger + given.executor + perJuror * jurors) };
}

/** What happened in a dispute. */
export interface Course {
  readonly conceded: boolean;
  /** Votes of each panel, in the order of their seats; the second one is there if there was one. */
  readonly panels: readonly (readonly Choice[])[];
  /** Whether the loser of the first verdict appealed. */
  readonly appealed: boolean;
  /** What the arbitrator ruled, if the loser of the second verdict asked it, or nobody had found anything. */
  readonly ruling?: "mismatch" | "match" | "refused";
}

/** How it ends, and what it comes to, with an arbitrator there. */
export function endOf({ conceded, panels, appealed, ruling }: Course): { end: End; truth: Finding } {
  if (conceded) return { end: { outcome: "conceded", heard: false, paid: 0, ruled: "no" }, truth: "nothing" };
  const findings = panels.map(findingOf);
  const last = findings.at(-1) ?? "nothing";
  const loserOf = (finding: Finding): Side => (finding === "mismatch" ? "executor" : "challenger");
  const isRuled = ruling === "mismatch" || ruling === "match";
  const truth = isRuled ? ruling : last;
  const outcome: Outcome = { mismatch: "upheld", match: "rejected", nothing: "void" }[truth] as Outcome;
  const paid = panels.flat().filter((choice) => isPaid(choice, truth)).length;
  const appeal = appealed ? { appeal: loserOf(findings[0] ?? "nothing") } : {};
  const ruled = !isRuled ? "no" : last === "nothing" ? "for nobody" : loserOf(last);
  return { end: { outcome, ...appeal, heard: panels.length > 1, paid, ruled }, truth };
}
