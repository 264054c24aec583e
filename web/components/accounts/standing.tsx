import type { Validator } from "../../lib/rows.ts";

interface StandingProps {
  /** An executor or a validator: both carry these columns. */
  readonly member: Pick<Validator, "active" | "jailedUntil" | "registeredAt">;
}

function wordingOf({ active, jailedUntil, registeredAt }: StandingProps["member"]) {
  if (jailedUntil !== null) {
    return { text: "In jail", dot: "bg-madder", title: "A dispute put it in jail; its stake covers nothing meanwhile" };
  }
  if (active) return { text: "Active", dot: "bg-verdigris", title: "Registered, with at least the minimum at stake" };
  return registeredAt === null
    ? { text: "Not registered", dot: "bg-line-strong", title: "Was paid or judged without having registered" }
    : { text: "Below minimum", dot: "bg-weld", title: "Registered, with less than the minimum at stake" };
}

/** Whether a member counts: registered, with at least its role's minimum at stake, and not in jail. */
export function Standing({ member }: StandingProps) {
  const wording = wordingOf(member);
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={wording.title}>
      <span className={`size-2 rounded-full ${wording.dot}`} aria-hidden="true" />
      {wording.text}
    </span>
  );
}
