import { FINAL_SECONDS } from "../chain/disputes/delivery-disputes.ts";
import type { Duty, DutyLog } from "../store/duty-log.ts";

/** Notes when the end of a duty is first seen, and that a reorganisation took it back; true once none can any more. */
export function noteEnd(
  store: Pick<DutyLog, "changeDuty">,
  duty: Duty,
  { isOver, nowSeconds }: { readonly isOver: boolean; readonly nowSeconds: bigint },
): boolean {
  const { endedAt } = duty;
  if (isOver && endedAt !== undefined) return nowSeconds - endedAt >= FINAL_SECONDS;
  if (isOver || endedAt !== undefined) store.changeDuty(duty, { endedAt: isOver ? nowSeconds : null });
  return false;
}
