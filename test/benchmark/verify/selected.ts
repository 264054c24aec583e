import { COMPLAINING_TIMES, CONVICTING_TIMES, isFar, LEAST_PLACES } from "@lloom/protocol/verification/conviction";
import { buildNames } from "../../../node/src/validator/calibrate/build-hook.ts";
import { HonestNode } from "../../../node/src/validator/calibrate/honest-node.ts";
import { measure } from "../../../node/src/validator/calibrate/measure.ts";
import { draw, type Random, seededRandom } from "../../../node/src/validator/canary/draw.ts";
import { type Canary, drawCanary } from "../../../node/src/validator/canary/draw-canary.ts";
import type { BenchRow } from "../rows.ts";
import { answersOf, type MeasuredCanary, measureAll } from "./answers.ts";
import type { Bench } from "./bench.ts";
import { coarseNode, loaded } from "./cheats.ts";

const SEED = 8;
/** Answers of each honest node: to prompts that are drawn, and to changes of those with the farthest answers. */
const [DRAWN, CLIMBED] = [1_000, 500];
/** Prompts that are changed on. */
const KEPT = 8;
const BITS = [8, 6, 5, 4] as const;
/** Honest nodes that differ in two ways from the reference. */
const NODES = [
  { name: "haswell+no-flash-attention", build: "haswell" },
  { name: "x64+no-flash-attention", build: "x64" },
] as const;

const WORDS = [
  "the",
  "cat",
  "sea",
  "zq",
  "##",
  "😀",
  "你好",
  "{}",
  "0x00",
  "Ω",
  "ß",
  "--",
  "\n\n",
  "AAAA",
  "12345",
  ";",
] as const;
const LIMITS = [1, 2, 4, 4, 6, 8, 12, 16, 24, 48] as const;
const TEMPERATURES = [0, 700, 1000, 1500, 2000, 2000] as const;

/** What whoever chooses prompts, seeds, settings and answers finds: the farthest of many honest ones, beside those of coarser weights. */
export async function selectedRows(bench: Bench): Promise<BenchRow[]> {
  const { calibration } = bench;
  const bound = CONVICTING_TIMES * calibration.distanceBound;
  const rows: BenchRow[] = [
    { name: "selected.bound", value: bound, unit: "thousandths of a nat, of a jury", met: true },
    {
      name: "selected.complaining",
      value: COMPLAINING_TIMES * calibration.distanceBound,
      unit: "the same, of who complains",
      met: true,
    },
  ];
  for (const node of NODES) if (buildNames().includes(node.build)) rows.push(...(await honestRows(bench, node)));
  for (const bits of BITS) rows.push(...(await coarseRows(bench, bits)));
  return rows;
}

async function honestRows(bench: Bench, { name, build }: (typeof NODES)[number]): Promise<BenchRow[]> {
  const { reference, calibration, directory, modelPath } = bench;
  const options = { ...loaded(modelPath), computing: { flashAttention: false } };
  await using node = await HonestNode.open({ options, build, directory });
  const farthest: { readonly canary: Canary; readonly whole: number }[] = [];
  let [most, mostOfFew, far] = [0, 0, 0];
  for (let index = 0; index < DRAWN + CLIMBED; index++) {
    const random = seededRandom(SEED, index);
    const from = index < DRAWN ? undefined : farthest[Math.floor(random() * farthest.length)]?.canary;
    const canary = from === undefined ? strangeCanary(random) : changed(from, random);
    const figures = await measure(
      reference,
      { canary, answer: await node.answer(canary), index },
      calibration.distanceBound,
    );
    const { whole = 0, places = 0 } = figures;
    if (isFar(figures, calibration)) far += 1;
    if (places < LEAST_PLACES) mostOfFew = Math.max(mostOfFew, whole);
    else {
      most = Math.max(most, whole);
      farthest.push({ canary, whole });
      farthest.sort((a, b) => b.whole - a.whole).splice(KEPT);
    }
  }
  return [
    { name: `selected.${name}`, value: most, unit: `farthest of ${DRAWN + CLIMBED} honest answers`, met: true },
    {
      name: `selected.${name}.short`,
      value: mostOfFew,
      unit: `the same, of fewer than ${LEAST_PLACES} places`,
      met: true,
    },
    { name: `selected.${name}.far`, value: far, unit: "that a jury would count", target: 0, met: far === 0 },
  ];
}

async function coarseRows(
  { modelPath, directory, canaries, reference, calibration }: Bench,
  bits: number,
): Promise<BenchRow[]> {
  await using node = await coarseNode(modelPath, bits, directory);
  const measured = await measureAll(reference, await answersOf(node, canaries), calibration.distanceBound);
  const wholes = measured.map(({ figures }) => figures.whole ?? 0).sort((a, b) => a - b);
  const proofs = measured.filter(({ figures }: MeasuredCanary) =>
    isFar(figures, calibration, COMPLAINING_TIMES),
  ).length;
  return [
    { name: `selected.${bits}bit`, value: wholes[0] ?? 0, unit: "closest answer", met: true },
    { name: `selected.${bits}bit.most`, value: wholes.at(-1) ?? 0, unit: "farthest answer", met: true },
    {
      name: `selected.${bits}bit.proofs`,
      value: proofs,
      unit: `of ${measured.length} that a complaint may show`,
      met: true,
    },
  ];
}

/** A question, or what no client would ask, with settings that make answers short, hot or forced. */
function strangeCanary(random: Random): Canary {
  const canary = drawCanary(random);
  const question = canary.messages.at(-1)?.content ?? "";
  const kinds = [
    () => question,
    () => words(random, 1 + Math.floor(random() * 40)),
    () => letters(random, 3 + Math.floor(random() * 60)),
    () => draw(WORDS, random).repeat(1 + Math.floor(random() * 40)),
  ] as const;
  const content = draw(kinds, random)();
  const own = { role: "assistant", content: letters(random, 30) } as const;
  const isTalk = random() < 0.2;
  const messages = [
    ...(isTalk ? [{ role: "user", content: words(random, 4) } as const, own] : []),
    { role: "user", content } as const,
  ];
  return { ...canary, messages, ...settings(canary, random) };
}

/** The same with other settings, and a word more or less. */
function changed(canary: Canary, random: Random): Canary {
  const messages = canary.messages.map(({ role, content }, index) => {
    if (index < canary.messages.length - 1) return { role, content };
    const parts = content.split(" ");
    const at = Math.floor(random() * (parts.length + 1));
    parts.splice(at, random() < 0.5 ? 1 : 0, draw(WORDS, random));
    return { role, content: parts.slice(-60).join(" ") };
  });
  return { ...canary, messages, ...settings(canary, random) };
}

const settings = ({ sampling }: Canary, random: Random): Pick<Canary, "sampling" | "maxOutboundTokens"> => ({
  sampling: {
    ...sampling,
    ...{ temperatureMilli: draw(TEMPERATURES, random), topPMilli: 1000, topK: 0 },
    ...{ seed: Math.floor(random() * 2 ** 31), responseFormat: random() < 0.1 ? "json" : "text" },
    stop: random() < 0.2 ? [draw(["a", " ", "e", ".", "th"], random)] : [],
  },
  maxOutboundTokens: draw(LIMITS, random),
});

const words = (random: Random, count: number): string =>
  Array.from({ length: count }, () => draw(WORDS, random)).join(" ");
const letters = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String.fromCodePoint(32 + Math.floor(random() * 600))).join("");
