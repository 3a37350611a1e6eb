import { Button } from "@mantine/core";
import { api } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Filters } from "../../ui/Filters";
import { warn } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { Ledger } from "./Ledger";

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.stock;
  const { page, get, set, toPage } = useListParams();
  const verify = useAct(() => api.get("/api/stock/verify"), {
    told: ({ differences, variants, movements }) => {
      if (differences.length > 0) {
        warn(t.verify, t.verifyFailed(format.number(differences.length)));
        return undefined;
      }
      return t.verified(format.number(variants), format.number(movements));
    },
  });
  return (
    <Page
      title={text.common.nav.movements}
      lead={t.ledgerLead}
      actions={
        <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          {t.verify}
        </Button>
      }
    >
      <Filters>
        <SearchField
          value={get("product")}
          onSearch={(id) => set("product", id)}
          label={t.productId}
        />
        <SearchField value={get("order")} onSearch={(id) => set("order", id)} label={t.orderId} />
      </Filters>
      <Ledger productId={get("product")} orderId={get("order")} page={page} onPage={toPage} />
    </Page>
  );
}
