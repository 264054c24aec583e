import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { LloomError } from "./errors.ts";

/** The file of a data directory that makes it one which nobody may lose. */
export const KEYSTORE_NAME = "keystore.json";
/** Where earlier versions kept everything: in the folder that they ran in. */
const EARLIER_NAME = ".lloom";

/** What decides where a user's data are. */
export interface UserEnvironment {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, where there is one. */
  readonly home: string | undefined;
  /** The working directory, absolute. */
  readonly folder: string;
}

/** Where keys and logs are when no setting says so. */
export interface DataHome {
  readonly path: string;
  /** Other data directories with a key, which a new key must not make forgotten. */
  readonly others: readonly string[];
  /** Said to whoever uses it. */
  readonly advice?: string;
  /** Why it cannot be used without a setting. */
  readonly problem?: LloomError;
}

/**
 * The data directory of this user, the same from every folder: `lloom` in XDG_DATA_HOME, or in the place that the system has
 * for data of programs. Where an earlier version left a key in `.lloom`, here or in a folder above, that one is used until it is
 * moved; with a key in both places nobody but the user can say which one is meant.
 */
export function findDataHome(user: UserEnvironment): DataHome {
  const own = standardHome(user);
  const earlier = earlierHome(user.folder);
  if (earlier === undefined || sameFolder(earlier, own)) {
    return { path: own ?? EARLIER_NAME, others: [], ...(own === undefined && { problem: homeless() }) };
  }
  if (own === undefined || !hasKey(own)) return { path: earlier, others: [], advice: moveAdvice(earlier, own) };
  return { path: own, others: [earlier], problem: twoHomes(own, earlier) };
}

export const hasKey = (directory: string): boolean => existsSync(join(directory, KEYSTORE_NAME));

function standardHome({ platform, environment, home }: UserEnvironment): string | undefined {
  const { XDG_DATA_HOME: xdg, LOCALAPPDATA: local } = environment;
  // The specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "lloom");
  if (platform === "win32" && local !== undefined && isAbsolute(local)) return join(local, "lloom");
  // As of a variable that is set to nothing: it would be the working directory.
  if (home === undefined || !isAbsolute(home)) return undefined;
  if (platform === "win32") return join(home, "AppData", "Local", "lloom");
  if (platform === "darwin") return join(home, "Library", "Application Support", "lloom");
  return join(home, ".local", "share", "lloom");
}

/** The nearest `.lloom` with a key, from this folder upwards. */
function earlierHome(folder: string): string | undefined {
  for (let place = folder; ; place = dirname(place)) {
    const found = join(place, EARLIER_NAME);
    if (hasKey(found)) return found;
    if (dirname(place) === place) return undefined;
  }
}

function sameFolder(a: string, b: string | undefined): boolean {
  if (b === undefined || !existsSync(b)) return false;
  return realpathSync(a) === realpathSync(b);
}

function moveAdvice(earlier: string, own: string | undefined): string {
  const used = `The key in ${earlier} is used.`;
  if (own === undefined) return used;
  const move = existsSync(own)
    ? `mv "${earlier}"/* "${own}"/`
    : `mkdir -p "${dirname(own)}" && mv "${earlier}" "${own}"`;
  return `${used} Only this folder finds it, and a clean-up may delete it; stop its nodes and move it:\n  ${move}`;
}

const homeless = (): LloomError =>
  new LloomError("CONFIG_INVALID", "This user has no home directory to keep keys in.", {
    next: "Give --data-dir DIR, or set LLOOM_DATA_DIR.",
  });

const twoHomes = (own: string, earlier: string): LloomError =>
  new LloomError("CONFIG_INVALID", `There is a key in ${own}, and another one in ${earlier}.`, {
    next: `Say which one is meant: --data-dir ${own}, or --data-dir ${earlier}. Nothing was changed.`,
  });
