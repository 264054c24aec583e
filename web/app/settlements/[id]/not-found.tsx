import { LookedFor } from "../../../components/states/looked-for.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";

export default function NotFound() {
  return (
    <NotFoundPanel title="No settlement with this id">
      <LookedFor />
      <p>
        It may not be indexed yet: reload this page in a few seconds. A settlement can also be found by its transaction,
        request or response hash in the box above.
      </p>
    </NotFoundPanel>
  );
}
