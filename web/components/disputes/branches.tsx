import type { Branch } from "../../lib/disputes/transfers.ts";
import type { DisputeState } from "../../lib/disputes/words.ts";
import { Panel } from "../layout/panel.tsx";
import { DisputeSign } from "./dispute-sign.tsx";
import { Transfers } from "./transfers.tsx";

interface BranchesProps {
  readonly branches: readonly Branch[];
  /** State of the dispute: the branch that it took, if it is over. */
  readonly state: DisputeState;
}

/** Every way in which a dispute can end, with the money of each. */
export function Branches({ branches, state }: BranchesProps) {
  const isOver = branches.some((branch) => branch.state === state);
  return (
    <Panel
      title={isOver ? "Ways in which it could have ended" : "Ways in which it can end"}
      note="as it stood when it was opened; at most means less where stake is missing or earlier claims come first"
    >
      <div className="grid gap-px bg-line-strong lg:grid-cols-2">
        {branches.map((branch) => (
          <section
            key={branch.state}
            className="bg-surface pb-1 last:odd:col-span-full"
            data-testid={`branch-${branch.state}`}
          >
            <header className="px-4 pt-3">
              <h3 className="flex flex-wrap items-baseline gap-x-3 font-medium">
                <DisputeSign state={branch.state} />
                {branch.state === state ? (
                  <span className="rounded border border-line-strong px-1.5 text-[0.75rem] text-ink">it ended so</span>
                ) : null}
              </h3>
              <p className="text-[0.875rem] text-ink-soft">
                {branch.when} {branch.follows}
              </p>
            </header>
            <Transfers transfers={branch.transfers} />
          </section>
        ))}
      </div>
    </Panel>
  );
}
