import type { RunningNode } from "../../../devnet/src/nodes.ts";
import { type Seeded, seeded } from "../../../protocol/test/seeded.ts";
import { type Asked, Asker } from "./asking.ts";

export interface Round {
  readonly gateways: readonly RunningNode[];
  /** Also part of each question, so that none is asked twice. */
  readonly name: string;
  /** Questions to each gateway. */
  readonly count: number;
  readonly seed: number;
}

/** Questions that a gateway has at a time. */
const AT_ONCE = 4;
/** One of so many is streamed: what a liar has begun to stream, nobody else can take up. */
const STREAMED = 5;

export const askerOf = ({ name, url }: RunningNode): Asker => new Asker(name, url ?? "");

/** Asks each gateway, several questions at a time; what became of each. A gateway that is down is waited for. */
export async function askAll({ gateways, name, count, seed }: Round): Promise<Asked[]> {
  const random = seeded(seed);
  const asked = gateways.map((gateway) => {
    const questions = Array.from({ length: count }, (_, index) => `${name} ${index}: what does ${gateway.name} weave?`);
    return askOne(askerOf(gateway), questions, random);
  });
  return (await Promise.all(asked)).flat();
}

async function askOne(asker: Asker, questions: string[], random: Seeded): Promise<Asked[]> {
  const asked: Asked[] = [];
  const worker = async (): Promise<void> => {
    for (let question = questions.shift(); question !== undefined; question = questions.shift()) {
      const one = await asker.ask(question, random.below(STREAMED) === 0);
      asked.push(one);
      if (one.failure === "lost") await asker.untilUp();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return asked;
}
