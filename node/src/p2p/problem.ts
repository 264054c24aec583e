import { asLloomError, type LloomError } from "../errors.ts";

/** What reading a peer's bytes threw; what has no code of its own is a fault of the bytes. */
export const wireProblem = (thrown: unknown): LloomError => asLloomError(thrown, "FRAME_INVALID");
