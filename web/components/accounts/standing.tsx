import type { Member } from "../../lib/rows.ts";
import { Sign } from "../figures/sign.tsx";

interface StandingProps {
  /** An executor or a validator: both carry these columns. */
  readonly member: Pick<Member, "active" | "jailedUntil" | "registeredAt">;
}

function wordingOf({ active, registeredAt }: StandingProps["member"]) {
  if (active) return { text: "Active", dot: "bg-verdigris", title: "Registered, with at least the minimum at stake" };
  return registeredAt === null
    ? { text: "Not registered", dot: "bg-line-strong", title: "Was paid or judged without having registered" }
    : { text: "Below minimum", dot: "bg-weld", title: "Registered, with less than the minimum at stake" };
}

/** Whether a member counts: registered, with at least its role's minimum at stake, and not in jail. */
export function Standing({ member }: StandingProps) {
  if (member.jailedUntil !== null) {
    return <Sign form="danger" text="In jail" hint="A dispute put it in jail; its stake covers nothing meanwhile" />;
  }
  const wording = wordingOf(member);
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={wording.title}>
      <span className={`size-2 shrink-0 rounded-full ${wording.dot}`} aria-hidden="true" />
      {wording.text}
    </span>
  );
}
