import { RelativeTime } from "../figures/relative-time.tsx";

interface ReleaseProps {
  readonly jailedUntil: number;
  /** The chain's clock. */
  readonly now: number;
}

/** When a member in jail may ask to be let out; nobody is by time alone. */
export function Release({ jailedUntil, now }: ReleaseProps) {
  return jailedUntil > now ? (
    <>
      may ask to be let out <RelativeTime at={jailedUntil} now={now} />
    </>
  ) : (
    <>may ask to be let out now, with the minimum at stake</>
  );
}
