import { expect, test } from "vitest";
import { type Script, says, scriptedBackend } from "../../../../test/integration/roles/scripted-backend.ts";
import { LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { Background } from "../../primitives/background.ts";
import { ModelTrials } from "./model-trials.ts";

const refuses = (code: ConstructorParameters<typeof LloomError>[0]): Script =>
  // biome-ignore lint/correctness/useYield: it fails before it says anything.
  async function* () {
    throw new LloomError(code, "This is no chat model.");
  };
const UNSUPPORTED = new LloomError("UNSUPPORTED", "The backend refuses the request (400).");

function trials(script: Script, isEmbedder = false) {
  const backend = scriptedBackend(script, "m");
  const background = new Background();
  const state = { nowMs: 1_000, changes: 0 };
  const subject = new ModelTrials({
    ...{ backend, background, signal: new AbortController().signal },
    embedsOnly: () => isEmbedder,
    onChange: () => {
      state.changes += 1;
    },
    clock: () => state.nowMs,
    log: createLog({ level: "silent", name: "test" }),
  });
  const fails = async (error: LloomError): Promise<boolean> => {
    subject.noteFailure("m", error);
    await background[Symbol.asyncDispose]();
    return subject.isFit("m");
  };
  return { subject, backend, state, fails };
}

test.each(["UNSUPPORTED", "MODEL_NOT_FOUND"] as const)(
  "a model that refuses its first question, and the plainest one, with %s is not offered for an hour",
  async (code) => {
    const { subject, backend, state, fails } = trials(refuses(code));
    expect(subject.isFit("m")).toBe(true);
    expect(await fails(new LloomError(code, "No."))).toBe(false);
    expect([backend.asked.length, state.changes]).toEqual([1, 1]);
    expect(backend.asked[0]).toMatchObject({ model: "m", maxOutboundTokens: 1 });
    state.nowMs += 3_599_999;
    expect(subject.isFit("m")).toBe(false);
    state.nowMs += 1;
    expect(subject.isFit("m")).toBe(true);
    expect(await fails(UNSUPPORTED)).toBe(false);
  },
);

test("a question that the model cannot take withdraws nothing, and is looked into once", async () => {
  const { backend, state, fails } = trials(says("Hello"));
  expect(await fails(UNSUPPORTED)).toBe(true);
  expect(await fails(UNSUPPORTED)).toBe(true);
  expect([backend.asked.length, state.changes]).toEqual([1, 0]);
});

test("a model that has answered is never asked", async () => {
  const { subject, backend, fails } = trials(refuses("UNSUPPORTED"));
  subject.noteAnswer("m");
  expect(await fails(UNSUPPORTED)).toBe(true);
  expect(backend.asked).toEqual([]);
});

test("a backend that fails says nothing of its models", async () => {
  const { backend, fails } = trials(refuses("BACKEND_FAILED"));
  expect(await fails(new LloomError("BACKEND_FAILED", "No."))).toBe(true);
  expect(backend.asked).toEqual([]);
  expect(await fails(UNSUPPORTED)).toBe(true);
  expect(backend.asked).toHaveLength(1);
});

test("a model that only embeds is asked for a vector", async () => {
  const { backend, fails } = trials(says("line\n"), true);
  expect(await fails(UNSUPPORTED)).toBe(true);
  expect(backend.asked[0]?.sampling.embedding).toEqual({});
});
