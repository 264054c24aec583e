import { LookedFor } from "../../../components/states/looked-for.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";

export default function NotFound() {
  return (
    <NotFoundPanel title="The index has no such block">
      <LookedFor />
      <p>
        A block has a whole number. One that was made a moment ago is there in a few seconds: reload this page then.
      </p>
    </NotFoundPanel>
  );
}
