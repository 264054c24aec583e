/** What the facts of a node's work mean: backend, duties, index. Pure. */

import type { LloomError } from "../../errors.ts";
import type { Duty, DutyKind } from "../../store/duty-log.ts";
import { dutySentence } from "../dispute/words.ts";
import type { Role } from "../open/running.ts";
import { shownDate, shownDuration } from "../words.ts";
import type { BackendFacts, DutiesFacts, IndexFacts } from "./facts.ts";
import { type Finding, fine, quoted, warning, wrong } from "./finding.ts";
import { COMMAND_OF } from "./judge-machine.ts";

/** How to start what usually listens at a port. */
const SERVERS: Readonly<Record<string, string>> = {
  11434: "ollama serve",
  1234: "lms server start",
};

/** What to do about a backend that does not answer at all. */
export function backendFailure(backend: string, { message, next }: LloomError): Finding {
  const url = URL.parse(backend);
  const isServer = url !== null && /^https?:$/.test(url.protocol);
  if (!isServer) return wrong(`${message} ${next}`, "lloom executor --backend tiny");
  return wrong(`${message} ${next}`, SERVERS[url.port] ?? `curl -s ${quoted(`${backend.replace(/\/+$/, "")}/models`)}`);
}

export function judgeBackend({ backend, models, missing, isLeftAlone, isRunning }: BackendFacts): Finding[] {
  const isOllama = URL.parse(backend)?.port === "11434";
  const absent = missing.map((model) =>
    wrong(
      `The backend does not have ${model}, which --models names.`,
      isOllama
        ? `ollama pull ${quoted(model)}`
        : `lloom executor --models ${models.map(({ model: one }) => quoted(one)).join(",")}`,
    ),
  );
  if (isLeftAlone) return [fine(`${backend}, loaded by the executor that runs`)];
  const answers = models.map(({ model, problem, tookMs }) =>
    problem === undefined
      ? fine(`${model} answers, in ${(tookMs / 1000).toFixed(1)} s`)
      : wrong(
          `${model} does not answer: ${problem.message}`,
          isOllama ? `ollama run ${quoted(model)} hello` : mendOf(backend, isRunning),
        ),
  );
  if (answers.length === 0 && absent.length === 0)
    return [
      wrong(
        "The backend has no model that answers conversations.",
        isOllama ? "ollama pull llama3.2" : mendOf(backend, isRunning),
      ),
    ];
  return [...absent, ...answers];
}

const mendOf = (backend: string, isRunning: boolean): string =>
  URL.canParse(backend)
    ? `curl -s ${quoted(`${backend.replace(/\/+$/, "")}/models`)}`
    : isRunning
      ? "lloom status"
      : "lloom executor --backend tiny";

/** Whose work a duty is. */
const OWNER: Readonly<Record<DutyKind, Role>> = {
  ...{ answer: "executor", defend: "executor" },
  ...{ dispute: "client", report: "client" },
  ...{ accuse: "validator", judge: "validator", tend: "validator" },
};
/** States in which a duty waits for its owner's own command. */
const ASKED = new Set(["asked", "unaffordable"]);

export function judgeDuties(facts: DutiesFacts): Finding[] {
  const { duties, seats, unjudged, isEnlisted, running, nowSeconds } = facts;
  const found = [
    ...duties.filter(({ kind }) => kind !== "tend").flatMap((duty) => judgeDuty(duty, facts)),
    ...seats
      .filter(({ isDone }) => !isDone)
      .map(({ dispute, phase, until }) =>
        wrongOrDue(
          `The jury of dispute ${dispute} waits for this key to ${phase === "commit" ? "commit to its vote" : "reveal its vote"} until ${shownDate(until)}, in ${shownDuration(until - nowSeconds)}; silence is fined.`,
          running.validator === undefined,
        ),
      ),
    ...unjudged.map(({ dispute, problem, next }) =>
      wrong(
        `Dispute ${dispute} cannot be judged here: ${problem} ${next}`.trim(),
        "lloom validator --weights tiny,FILE.gguf",
      ),
    ),
    ...(isEnlisted === false
      ? [warning("This validator is not on the list that juries are drawn from.", `${COMMAND_OF.validator} --jury on`)]
      : []),
  ];
  return found.length === 0 ? [fine("nothing is due")] : found;
}

/** A running validator does it in its own time. */
const wrongOrDue = (message: string, isSilent: boolean): Finding =>
  isSilent ? wrong(message, COMMAND_OF.validator) : warning(message, "lloom status");

function judgeDuty(duty: Duty, { running, nowSeconds }: DutiesFacts): Finding[] {
  const owner = OWNER[duty.kind];
  const sentence = dutySentence(duty);
  const isLate = duty.dueAt > 0n && duty.dueAt <= nowSeconds;
  if (ASKED.has(duty.state)) return [wrong(sentence, commandFor(duty))];
  if (duty.state === "unanswerable") return [wrong(sentence, `lloom dispute concede ${duty.id}`)];
  if (duty.state === "missed" || duty.state === "foreign") return [wrong(sentence, `lloom dispute show ${duty.id}`)];
  if (
    running[owner] === undefined &&
    !(owner === "validator" && duty.kind === "accuse" && running.client !== undefined)
  )
    return [wrong(`${sentence} Nothing runs that does it.`, COMMAND_OF[owner])];
  return [isLate ? warning(`${sentence} Its time is over.`, `lloom dispute show ${duty.id}`) : fine(sentence)];
}

const commandFor = ({ kind, id, requestHash }: Duty): string =>
  kind === "dispute" || kind === "report" ? `lloom dispute open ${requestHash}` : `lloom dispute appeal ${id}`;

/** An index is a block or two behind while it works. */
const MOST_BEHIND = 20;

export function judgeIndex({ origin, head, chainHead }: IndexFacts): Finding[] {
  const behind = chainHead - head;
  if (behind <= MOST_BEHIND) return [fine(`${origin} is at block ${head}${behind > 0 ? `, ${behind} behind` : ""}`)];
  return [
    warning(
      `The index at ${origin} is at block ${head}, ${behind} behind: what it says of executors is old.`,
      "unset LLOOM_INDEXER_URL   # or name another; why it lags: its log, docs/indexer.md",
    ),
  ];
}

/** An index that does not answer, or is not there. */
export const indexFailure = ({ message, next }: LloomError): Finding =>
  warning(`${message} ${next}`, "unset LLOOM_INDEXER_URL   # or start it: docs/indexer.md");
