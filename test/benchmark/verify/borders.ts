import { isFlipped } from "@lloom/protocol/verification/border-input";
import { boundRate, measuredRate } from "@lloom/protocol/verification/calibration";
import { findBorder } from "../../../node/src/validator/audit/border-search.ts";
import type { BorderQuestion } from "../../../node/src/validator/audit/plan.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import type { Canary } from "../../../node/src/validator/canary/draw-canary.ts";
import type { BenchRow } from "../rows.ts";
import { type Answerer, type MeasuredCanary, paid } from "./answers.ts";
import { type Bench, openHonest } from "./bench.ts";
import { coarseNode } from "./cheats.ts";
import { auditCourses } from "./courses.ts";
import { foundRows } from "./found-rows.ts";

const SEED = 78;
/** Different ones: the same question tells the same node's answer again. */
const BORDERS = 300;
const BITS = [8, 6, 5, 4] as const;

/**
 * What one-token answers to border inputs tell, of backends without log probabilities: how often another model's, and how often an
 * honest node's.
 */
export async function borderRows(bench: Bench): Promise<BenchRow[]> {
  const { looks, borders } = await findBorders(bench);
  const rows: BenchRow[] = [
    { name: "border.looks", value: looks / borders.length, unit: "questions looked at for each", met: true },
  ];
  for (const bits of BITS) {
    await using node = await coarseNode(bench.modelPath, bits, bench.directory);
    const cheated = await answersTo(node, borders);
    rows.push({
      ...{ name: `border.${bits}bit`, value: (100 * flippedOf(cheated)) / borders.length, met: true },
      unit: `% of ${borders.length} told from 16 bits`,
    });
    // A challenger could select such questions, so that no jury convicts by them: they move reports alone.
    const course = { cheated, honest: [], share: 1, calibration: bench.calibration, until: "suspected" } as const;
    rows.push(...foundRows(`border.${bits}bit.suspected`, auditCourses(course)));
  }
  let accused = 0;
  for (const isOther of [false, true]) {
    await using node = await openHonest(bench.directory, isOther);
    accused += flippedOf(await answersTo(node, borders));
  }
  const asked = 2 * borders.length;
  return [
    ...rows,
    { name: "border.honest", value: accused, unit: `of ${asked} honest`, target: 0, met: accused === 0 },
    { name: "border.honest.rate", value: boundRate(accused, asked), unit: "at most, 95 %, by these alone", met: true },
    {
      name: "border.rate",
      value: measuredRate(bench.calibration),
      unit: "at most, by leads of honest canaries",
      met: true,
    },
  ];
}

async function findBorders({ reference, calibration }: Bench): Promise<{ looks: number; borders: BorderQuestion[] }> {
  const found = new Map<string, BorderQuestion>();
  let looks = 0;
  const counting = {
    scoreFirst: (prompt: Parameters<typeof reference.scoreFirst>[0]) => {
      looks += 1;
      return reference.scoreFirst(prompt);
    },
    textOf: reference.textOf.bind(reference),
  };
  for (let number = 0; found.size < BORDERS; number++) {
    const border = await findBorder(counting, calibration.leadBound, seededRandom(SEED, number));
    if (border !== undefined) found.set(border.question, border);
  }
  return { looks, borders: [...found.values()] };
}

/** One token each, all that such an answer tells. */
async function answersTo(node: Answerer, borders: readonly BorderQuestion[]): Promise<MeasuredCanary[]> {
  const answered: MeasuredCanary[] = [];
  for (const { question, border } of borders) {
    const canary: Canary = {
      messages: [{ role: "user", content: question }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      ...{ maxOutboundTokens: 1, whole: true },
    };
    const one = paid(canary, await node.answer(canary));
    const figures = { isFlipped: isFlipped(border, one.answer.text), flatter: 1 };
    answered.push({ ...one, figures, temperatureMilli: 0 });
  }
  return answered;
}

const flippedOf = (answered: readonly MeasuredCanary[]): number =>
  answered.filter(({ figures }) => figures.isFlipped === true).length;
