import { LloomError } from "@lloom/protocol/lloom-error";
import { outsideWords } from "../guard/outside-words.ts";

/** Why a wallet did not do what it was asked for, in words. */
export interface WalletProblem {
  /** `declined`: its owner said no. `refused`: a contract would not take it. */
  readonly kind: "declined" | "refused" | "failed";
  readonly sentence: string;
  /** What to do about it. */
  readonly next: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Number of a wallet's error, its own or one that it hands on. */
export function codeOf(thrown: unknown): number | undefined {
  if (!isRecord(thrown)) return undefined;
  const inner = isRecord(thrown["data"]) ? thrown["data"]["originalError"] : undefined;
  if (isRecord(inner) && typeof inner["code"] === "number") return inner["code"];
  return typeof thrown["code"] === "number" ? thrown["code"] : undefined;
}

const REVERT_DATA = /^0x(?:[0-9a-fA-F]{2})*$/;
/** How deep wallets put what a contract said. */
const MOST_DEPTH = 5;

/** What a contract refused with, wherever a wallet's error has it. */
export function revertDataOf(thrown: unknown, depth = 0): string | undefined {
  if (typeof thrown === "string") return REVERT_DATA.test(thrown) && thrown.length > 2 ? thrown : undefined;
  if (!isRecord(thrown) || depth > MOST_DEPTH) return undefined;
  for (const name of ["data", "originalError", "error", "cause", "info"]) {
    const found = revertDataOf(thrown[name], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

const MOST_WORDS = 240;

/** What wallets say by their numbers (EIP-1193, EIP-1474, EIP-5792). */
const BY_CODE: Readonly<Record<number, Omit<WalletProblem, "kind">>> = {
  4100: { sentence: "The wallet does not let this page use the account.", next: "Connect it again." },
  4200: { sentence: "The wallet cannot do this.", next: "Use another wallet, or the command line." },
  4900: { sentence: "The wallet is offline.", next: "Wait until it is connected again." },
  4901: { sentence: "The wallet is not connected to this chain.", next: "Switch it to the network of this explorer." },
  [-32002]: { sentence: "The wallet is still asking about something else.", next: "Open it and answer first." },
};

const DECLINED = 4001;

/** What went wrong with a wallet, except for what a contract refused. */
export function walletProblem(thrown: unknown): WalletProblem {
  const code = codeOf(thrown);
  if (code === DECLINED) {
    return {
      kind: "declined",
      sentence: "You declined in the wallet.",
      next: "Nothing was sent for it. Confirm again if you want to.",
    };
  }
  if (thrown instanceof LloomError) return { kind: "failed", sentence: thrown.message, next: thrown.next };
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known !== undefined) return { kind: "failed", ...known };
  const said =
    isRecord(thrown) && typeof thrown["message"] === "string" ? outsideWords(thrown["message"], MOST_WORDS) : "";
  return {
    kind: "failed",
    sentence: said === "" ? "The wallet failed and did not say why." : `The wallet says: ${said}`,
    next: "Try again, or look into the wallet.",
  };
}
