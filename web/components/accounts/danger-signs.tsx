import { formatQuantity } from "../../lib/format.ts";
import { Sign } from "../figures/sign.tsx";

interface DangerSignsProps {
  readonly member: { readonly jailedUntil: number | null; readonly disputesLost?: number };
}

/** What speaks against a member, by word and form, at every width: jail, and disputes that it lost. Nothing where nothing does. */
export function DangerSigns({ member: { jailedUntil, disputesLost = 0 } }: DangerSignsProps) {
  if (jailedUntil === null && disputesLost === 0) return null;
  return (
    <span className="flex flex-wrap gap-x-3 text-[0.8125rem] font-medium" data-testid="danger">
      {jailedUntil === null ? null : (
        <Sign form="danger" text="In jail" hint="A dispute put it in jail; its stake covers nothing meanwhile" />
      )}
      {disputesLost === 0 ? null : (
        <Sign
          form="danger"
          text={`${formatQuantity(disputesLost, "dispute")} lost`}
          hint="Disputes that it lost, ever"
        />
      )}
    </span>
  );
}
