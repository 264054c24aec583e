import { setTimeout as delay } from "node:timers/promises";
import { stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { Contract, type JsonRpcProvider, toQuantity } from "ethers";
import { ExplainedError } from "../../../checkout/explained-error.ts";
import { connect } from "../../../checkout/rpc.ts";
import { steadyClock } from "../../../node/src/primitives/clock.ts";
import { DEVNET_ACCOUNTS } from "../accounts.ts";
import type { Devnet, Pages } from "../devnet.ts";
import { askFirst } from "../first-answer.ts";
import { bold, money } from "../words.ts";
import { CHEAT_WORDS, type Cheat, needsJury } from "./kinds.ts";
import { LegalEvents } from "./legal-events.ts";
import { isWaitedFor, type ToldEvent, wordsOf } from "./verdict-words.ts";

export interface Stage {
  readonly devnet: Devnet;
  readonly cheat: Cheat;
  /** For links, once they are up. */
  readonly pages?: Promise<Pages>;
  /** Whoever has something to do has done it when nothing happened for so long. */
  readonly quietMs?: number;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What became of a cheat. */
export interface StoryEnd {
  readonly cheat: Cheat;
  /** Of the dispute that it lost. */
  readonly dispute: string;
  /** Base units of its stake, before and after. */
  readonly stakeBefore: bigint;
  readonly stakeAfter: bigint;
  /** Answers that it was asked for once it had been judged, of so many. */
  readonly askedAfter: number;
  readonly questionsAfter: number;
  /** From the network being up until the cheat was no longer chosen. */
  readonly seconds: number;
}

/** A cheat is found out, judged and no longer chosen within ten minutes. */
export const LONGEST_MS = 600_000;
const LOOK_MS = 500;
const QUIET_MS = 20_000;
/** Canaries come when nobody expects them, and would be missed in a moved epoch; jurors compute. */
const AUDIT_PATIENCE = Number.POSITIVE_INFINITY;
const WORK_PATIENCE = 4;
/** The clock is moved on by so much where no contract says until when it waits: an answer may come until its deadline, and some. */
const STEP_SECONDS = 900;
/** What a client believes of an executor's stake and strikes is so old at most; it asks with the next offer that it hears. */
const [HEARD_SECONDS, HEARD_MS] = [310, 12_000];
/** Rounds of questions after which the cheat counts as still chosen. */
const MOST_TRIES = 4;
/** Past a deadline. */
const MARGIN_SECONDS = 2n;
const QUESTIONS = ["What is Lloom?", "Who pays for gas?", "What does a receipt prove?"] as const;

/** Lets the network find out its cheat, and tells what happens as it happens. */
export async function tellStory(stage: Stage): Promise<StoryEnd> {
  const provider = connect(stage.devnet.rpcUrl);
  try {
    return await new Story(stage, provider).run();
  } finally {
    provider.destroy();
  }
}

class Story {
  readonly #stage: Stage;
  readonly #provider: JsonRpcProvider;
  readonly #began = steadyClock();
  readonly #executor = DEVNET_ACCOUNTS.cheat.address;
  #quietSince = steadyClock();
  #waitsUntil: bigint | undefined;
  /** It has taken money for what it did. */
  #hasClaimed = false;
  #isAccused = false;
  #isWork = false;
  /** The dispute whose page was named. */
  #linked: string | undefined;
  /** Once they are up. */
  #pages: Pages | undefined;

  constructor(stage: Stage, provider: JsonRpcProvider) {
    this.#stage = stage;
    this.#provider = provider;
  }

  async run(): Promise<StoryEnd> {
    const { cheat } = this.#stage;
    const stakeBefore = await this.#stake();
    this.#tell(`${bold("One executor cheats")}: ${this.#executor}, the cheapest, ${CHEAT_WORDS[cheat]}.`);
    this.#stage.pages?.then(
      (pages) => {
        this.#pages = pages;
        this.#tell(`Its page is ${pages.explorerUrl}/executors/${this.#executor}`);
      },
      () => undefined,
    );
    const dispute = await this.#untilJudged();
    const stakeAfter = await this.#stake();
    this.#tell(`It had ${money(stakeBefore)} at stake, and has ${money(stakeAfter)}.`);
    const questionsAfter = QUESTIONS.length;
    const askedAfter = await this.#askUntilPassedOver();
    this.#tell(
      askedAfter === 0
        ? `${bold("No longer chosen")}: of ${questionsAfter} questions none went to it, though it is the cheapest.`
        : `${askedAfter} of ${questionsAfter} questions still went to it.`,
    );
    const seconds = Math.round((steadyClock() - this.#began) / 1000);
    return { cheat, dispute, stakeBefore, stakeAfter, askedAfter, questionsAfter, seconds };
  }

  /** How often the cheat was asked the last time, once clients have asked the chain anew about it. */
  async #askUntilPassedOver(): Promise<number> {
    const { devnet, signal } = this.#stage;
    let asked = await this.#ask();
    if (asked === 0) return asked;
    this.#tell(
      "  (A client asks the chain about an executor every five minutes: the network's clock is moved on by as much.)",
    );
    await devnet.clock?.moveOn(devnet.rpcUrl, HEARD_SECONDS);
    // On a busy machine the chain's answer may come after the next question.
    for (let tries = 0; asked > 0 && tries < MOST_TRIES; tries++) {
      await delay(HEARD_MS, undefined, { signal });
      asked = await this.#ask();
    }
    return asked;
  }

  /** Asks the gateway some questions; how many of the receipts are the cheat's. */
  async #ask(): Promise<number> {
    const { devnet, signal } = this.#stage;
    let asked = 0;
    for (const question of QUESTIONS) {
      const began = steadyClock();
      const { receipt } = await askFirst({ gatewayUrl: devnet.gatewayUrl, question, signal });
      const { executor } = receipt.request;
      const isCheat = executor.toLowerCase() === this.#executor.toLowerCase();
      if (isCheat) asked += 1;
      const took = ((steadyClock() - began) / 1000).toFixed(1);
      this.#tell(`  asked “${question}”: answered by ${nameOf(executor)} after ${took} s`);
    }
    return asked;
  }

  /** Tells what the contracts tell, and moves the clock where everybody waits for it, until a dispute is lost. */
  async #untilJudged(): Promise<string> {
    const { devnet, signal, quietMs = QUIET_MS } = this.#stage;
    const events = new LegalEvents({
      ...{ provider: this.#provider, executor: this.#executor },
      fromBlock: devnet.deployment.startBlock,
    });
    while (steadyClock() - this.#began < LONGEST_MS) {
      let ended: string | undefined;
      for (const event of await events.read()) {
        if (event.name === "LaneSettled") this.#hasClaimed = true;
        const told = wordsOf(event, nameOf);
        if (told === undefined) continue;
        this.#note(told);
        if (told.waitsForBlock !== undefined) await this.#mineTo(told.waitsForBlock);
        if (told.isEnd === true) ended = told.dispute;
      }
      if (ended !== undefined) return ended;
      if (steadyClock() - this.#quietSince > quietMs * this.#patience()) await this.#goOn();
      await delay(LOOK_MS, undefined, { signal });
    }
    throw new ExplainedError("The cheat was not judged within ten minutes.", `Read the logs in ${devnet.logDir}.`);
  }

  /** How many times as long as usual it may be quiet. */
  #patience(): number {
    const isAudited = needsJury(this.#stage.cheat) && !this.#isAccused && this.#waitsUntil === undefined;
    return isAudited ? AUDIT_PATIENCE : this.#isWork ? WORK_PATIENCE : 1;
  }

  #goOn(): Promise<void> {
    return this.#hasClaimed || this.#waitsUntil !== undefined ? this.#moveOn() : this.#tempt();
  }

  /** Asks until it is asked. */
  async #tempt(): Promise<void> {
    await this.#ask();
    this.#quietSince = steadyClock();
  }

  #note(told: ToldEvent): void {
    const { text, dispute, waitsUntil, isEnd, isWork = false } = told;
    const pages = this.#pages;
    this.#quietSince = steadyClock();
    this.#isWork = isWork || (this.#isWork && waitsUntil === undefined);
    this.#isAccused ||= dispute !== undefined;
    const isLinked = dispute !== undefined && (dispute !== this.#linked || isEnd === true);
    if (isLinked) this.#linked = dispute;
    this.#waitsUntil = isWaitedFor(told, this.#isAccused) ? waitsUntil : this.#waitsUntil;
    const link = isLinked && pages !== undefined ? `\n        ${pages.explorerUrl}/disputes/${dispute}` : "";
    if (text !== undefined) this.#tell(`${text}${link}`);
  }

  async #moveOn(): Promise<void> {
    const { devnet } = this.#stage;
    const { timestamp = 0 } = (await this.#provider.getBlock("latest")) ?? {};
    const left = this.#waitsUntil === undefined ? 0n : this.#waitsUntil - BigInt(timestamp);
    const seconds = left > 0n ? Number(left + MARGIN_SECONDS) : STEP_SECONDS;
    this.#waitsUntil = undefined;
    this.#tell(`  (Nothing is left to do but to wait: the network's clock is moved on by ${inWords(seconds)}.)`);
    await devnet.clock?.moveOn(devnet.rpcUrl, seconds);
    this.#quietSince = steadyClock();
  }

  /** A chain has blocks all the time; this one only when somebody sends something. */
  async #mineTo(block: bigint): Promise<void> {
    const head = BigInt(await this.#provider.getBlockNumber());
    if (block >= head) await this.#provider.send("hardhat_mine", [toQuantity(block - head + 1n)]);
  }

  async #stake(): Promise<bigint> {
    const registry = new Contract(this.#stage.devnet.deployment.stakeRegistry, stakeRegistryAbi, this.#provider);
    return (await registry.getFunction("members")(this.#executor))["stake"];
  }

  #tell(text: string): void {
    const seconds = ((steadyClock() - this.#began) / 1000).toFixed(0).padStart(4);
    this.#stage.say(`${seconds} s  ${text}`);
  }
}

const inWords = (seconds: number): string =>
  seconds >= 7_200 ? `${(seconds / 3600).toFixed(0)} h` : `${Math.ceil(seconds / 60)} min`;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.values(DEVNET_ACCOUNTS)
    .flat()
    .map(({ address, name }) => [address.toLowerCase(), name]),
);

function nameOf(address: unknown): string {
  const text = String(address);
  return NAMES.get(text.toLowerCase()) ?? text;
}
