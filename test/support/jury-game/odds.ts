/** Chances of a draw without replacement. */

/** How likely `drawn` of `seats` seats go to members, when `members` of `candidates` are theirs. */
export function chanceOf(candidates: number, members: number, seats: number, drawn: number): number {
  if (drawn > members || seats - drawn > candidates - members || drawn < 0 || drawn > seats) return 0;
  return Math.exp(
    logChoose(members, drawn) + logChoose(candidates - members, seats - drawn) - logChoose(candidates, seats),
  );
}

function logChoose(of: number, taken: number): number {
  let sum = 0;
  for (let i = 1; i <= taken; i++) sum += Math.log(of - taken + i) - Math.log(i);
  return sum;
}
