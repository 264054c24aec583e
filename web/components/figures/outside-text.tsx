import { outsideWords } from "../../lib/guard/outside-words.ts";

interface OutsideTextProps {
  readonly text: string;
  /** Longest that is shown. */
  readonly most?: number;
}

/** Text that somebody else wrote: shown as text, never followed, and kept from turning what stands beside it. */
export function OutsideText({ text, most = 200 }: OutsideTextProps) {
  return <bdi className="break-words [overflow-wrap:anywhere]">{outsideWords(text, most)}</bdi>;
}
