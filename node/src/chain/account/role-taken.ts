import { LloomError } from "../../errors.ts";
import type { Member, MemberRole } from "../reads.ts";

/** Why a key cannot take a role, which is that it has another one; undefined if it can. */
export function roleTaken({ role: has }: Pick<Member, "role">, asked: MemberRole): LloomError | undefined {
  if (has === "none" || has === asked) return undefined;
  return new LloomError("COMMAND_INVALID", `This key is registered as ${has}, and a key has one role.`, {
    next: `Add to that stake (lloom stake AMOUNT --role ${has}), or take the role of ${asked} with a key of its own: --data-dir DIR.`,
  });
}
