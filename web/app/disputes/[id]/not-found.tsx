import { LookedFor } from "../../../components/states/looked-for.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";

export default function NotFound() {
  return (
    <NotFoundPanel title="No dispute with this id">
      <LookedFor />
      <p>
        The id of a dispute is 0x followed by 64 hexadecimal digits: check that it was copied whole. If it was opened a
        moment ago, reload this page in a few seconds.
      </p>
    </NotFoundPanel>
  );
}
