import { TokenCounter } from "../../../node/src/backend/counting/token-counter.ts";
import type { BenchRow } from "../rows.ts";
import { type AnsweredCanary, answersOf, type MeasuredCanary, measureAll, scoredBy } from "./answers.ts";
import type { Bench } from "./bench.ts";
import { cheatNode, coarseNode } from "./cheats.ts";
import { isDisputed, isMiscounted, isReported } from "./client-rules.ts";
import { type AuditedCheat, auditCourses, clientCourses } from "./courses.ts";
import { foundRows } from "./found-rows.ts";

/** Bits of the weights that answer, where 16 are signed. */
const BITS = [8, 6, 5, 4] as const;
/** Coarser than most: what has to be found soon. */
const COARSE_BITS: readonly number[] = [5, 4];
const MOST_TOKENS = 300;
const SHARES = [0.5, 0.1] as const;
const FIRST = { answers: 1 } as const;

/** What it takes to find each kind of cheat of `npm start -- --cheat KIND`, and some finer ones. */
export async function kindRows(bench: Bench): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const bits of BITS) rows.push(...(await modelRows(bench, bits)));
  for (const cheat of ["prompt", "replay"] as const) {
    await using node = await cheatNode(cheat, bench.modelPath);
    rows.push(...auditRows(bench, cheat, await measured(bench, await answersOf(node, bench.canaries))));
  }
  return [...rows, ...(await countRows(bench)), ...signatureRows(bench)];
}

const measured = ({ reference, calibration }: Bench, answered: readonly AnsweredCanary[]): Promise<MeasuredCanary[]> =>
  measureAll(reference, answered, calibration.distanceBound);

async function modelRows(bench: Bench, bits: number): Promise<BenchRow[]> {
  const name = `model.${bits}bit`;
  await using node = await coarseNode(bench.modelPath, bits, bench.directory);
  const answered = await answersOf(node, bench.canaries);
  const cheated = await measured(bench, answered);
  const targets = COARSE_BITS.includes(bits) ? { tokens: MOST_TOKENS } : {};
  const rows = auditRows(bench, name, cheated, { targets });
  // No jury convicts of these.
  if (bits === Math.max(...BITS)) rows.push(...auditRows(bench, `${name}.suspected`, cheated, { until: "suspected" }));
  if (bits !== Math.min(...BITS)) return rows;
  for (const share of SHARES) rows.push(...auditRows(bench, `${name}.${share * 100}%`, cheated, { share }));
  const scored = await measured(bench, await scoredBy(bench.reference, answered));
  return [...rows, ...auditRows(bench, `${name}.scored.suspected`, scored, { until: "suspected" })];
}

function auditRows(
  { honest, calibration }: Bench,
  name: string,
  cheated: readonly MeasuredCanary[],
  {
    share = 1,
    targets = {},
    until = "disputed",
  }: {
    readonly share?: number;
    readonly targets?: Parameters<typeof foundRows>[2];
    readonly until?: AuditedCheat["until"];
  } = {},
): BenchRow[] {
  return foundRows(name, auditCourses({ cheated, honest, share, calibration, until }), targets);
}

/** Inflated counts, by the process that counts for clients; and the counts of honest answers. */
async function countRows({ modelPath, vocabulary, canaries, honest }: Bench): Promise<BenchRow[]> {
  await using node = await cheatNode("tokens", modelPath);
  await using counter = new TokenCounter();
  // An answer that ends at its limit is charged at the limit, however it is counted: there the cheat states what is true.
  const inflated = (await answersOf(node, canaries)).filter(
    ({ canary, answer }) => answer.outboundTokens / 2 < canary.maxOutboundTokens,
  );
  const refused = new Set<AnsweredCanary>();
  for (const one of [...inflated, ...honest]) if (await isMiscounted(one, { counter, vocabulary })) refused.add(one);
  const wrong = honest.filter((one) => refused.has(one)).length;
  return [
    ...foundRows(
      "tokens",
      clientCourses(inflated, (one) => refused.has(one)),
      FIRST,
    ),
    { name: "tokens.honest", value: wrong, unit: `of ${honest.length} refused`, target: 0, met: wrong === 0 },
  ];
}

/** What one answer proves by its signatures, or by its silence, whatever the model. */
function signatureRows({ honest }: Bench): BenchRow[] {
  const wrong = honest.filter((one) => isDisputed(one, "here") || isReported(one, 0)).length;
  return [
    ...foundRows(
      "withhold",
      clientCourses(honest, (one) => isDisputed(one, "missing")),
      FIRST,
    ),
    ...foundRows(
      "equivocate",
      clientCourses(honest, (one) => isReported(one)),
      FIRST,
    ),
    { name: "signatures.honest", value: wrong, unit: `of ${honest.length} disputed`, target: 0, met: wrong === 0 },
  ];
}
