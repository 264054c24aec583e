import type { JuryPanel, JurySeat } from "../../lib/dispute-rows.ts";
import { CHOICE_WORDS } from "../../lib/disputes/words.ts";
import { formatCount, formatMoment } from "../../lib/format.ts";
import { Amount } from "../figures/amount.tsx";
import { Deadline } from "../figures/deadline.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { Panel } from "../layout/panel.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

function voteOf({ committedAt, revealedAt, choice }: JurySeat): string {
  if (revealedAt !== null) return CHOICE_WORDS[choice];
  return committedAt === null ? "none" : "committed, not revealed";
}

const COLUMNS: readonly Column<JurySeat>[] = [
  {
    header: "Juror",
    hint: "The validator that was drawn",
    cell: ({ validatorAddress }) => (
      <Identifier value={validatorAddress} what="validator address" href={`/validators/${validatorAddress}`} short />
    ),
  },
  { header: "Vote", hint: "What it said; nobody can read a vote before it is revealed", cell: voteOf },
  {
    header: "Had to come",
    hint: "A validator with as many duties as it may have need not come",
    from: "sm",
    cell: ({ isDuty }) => (isDuty ? "yes" : "no"),
  },
  {
    header: "Fined",
    hint: "Taken from its stake: for not coming, for not revealing, or for the opposite of what was found",
    numeric: true,
    isAmount: true,
    cell: ({ fined }) => (fined === 0n ? <span className="text-ink-faint">none</span> : <Amount units={fined} />),
  },
];

function Draw({ panel, now }: { readonly panel: JuryPanel; readonly now: number }) {
  const { seed, found, drawBlock, commitUntil, revealUntil } = panel;
  if (commitUntil === null || revealUntil === null) {
    return (
      <Fact label="Draw" hint="The panel follows from a value of this block, which nobody knows before">
        {found === null
          ? `waits for block ${formatCount(drawBlock)}`
          : `failed: ${formatCount(found)} jurors were found`}
      </Fact>
    );
  }
  const isDue = (until: number) => until >= now;
  const deadline = (until: number) => (isDue(until) ? <Deadline until={until} now={now} /> : formatMoment(until));
  return (
    <>
      <Fact label="Commit until" hint="Until then jurors commit to a vote">
        {deadline(commitUntil)}
      </Fact>
      <Fact label="Reveal until" hint="Until then those who committed reveal; earlier if all committed">
        {deadline(revealUntil)}
      </Fact>
      {seed === null ? null : (
        <Fact label="Seed" hint="Decides who was drawn; anyone can repeat the draw">
          <Identifier value={seed} what="seed of the draw" copyable />
        </Fact>
      )}
    </>
  );
}

interface JuryPanelsProps {
  readonly panels: readonly JuryPanel[];
  readonly seats: readonly JurySeat[];
  /** The chain's clock. */
  readonly now: number;
}

/** Panels of a dispute with every seat and its vote. */
export function JuryPanels({ panels, seats, now }: JuryPanelsProps) {
  return panels.map((panel) => (
    <Panel
      key={panel.round}
      title={panel.round === 1 ? "First panel" : "Second panel"}
      note={`${panel.committed} of ${panel.size} committed, ${panel.revealed} revealed; a verdict takes ${Math.floor(panel.size / 2) + 1}`}
    >
      <Facts>
        <Draw panel={panel} now={now} />
      </Facts>
      {panel.seed === null ? null : (
        <DataTable
          caption={panel.round === 1 ? "Seats of the first panel" : "Seats of the second panel"}
          columns={COLUMNS}
          rows={seats.filter(({ round }) => round === panel.round)}
          rowKey={({ validatorAddress }) => validatorAddress}
          rowTestId="seat-row"
        />
      )}
    </Panel>
  ));
}
