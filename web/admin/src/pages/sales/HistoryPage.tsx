import { useText } from "../../i18n/text";
import { Filters } from "../../ui/Filters";
import { SearchField } from "../../ui/SearchField";
import { useListParams } from "../../ui/useListParams";
import { Attempts } from "./Attempts";
import { Sales } from "./Sales";

export function Component() {
  const { text } = useText();
  const { page, get, set, toPage } = useListParams();
  const t = text.sales.history;
  return (
    <Sales title={t.title} lead={t.lead}>
      <Filters>
        <SearchField
          value={get("document")}
          onSearch={(id) => set("document", id)}
          label={t.documentId}
        />
      </Filters>
      <Attempts documentId={get("document")} page={page} onPage={toPage} />
    </Sales>
  );
}
