import {
  ENGLISH,
  INDONESIAN,
  SyncAllSalesDocumentsButton,
  SyncSalesDocumentButton,
} from "@lockstep/react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../../api/client";
import { useText } from "../../i18n/text";
import { useActing } from "./acting";

/** Everything that shows documents or how they stand asks again. */
export function useSalesChanged(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    void queries.invalidateQueries({ queryKey: ["sales-documents"] });
    void queries.invalidateQueries({ queryKey: ["metakocka"] });
  }, [queries]);
}

function useShared() {
  const { language } = useText();
  const { organizationId, testMode } = useActing();
  const onSynced = useSalesChanged();
  return {
    client: api,
    organizationId,
    testMode,
    onSynced,
    labels: language === "id" ? INDONESIAN : ENGLISH,
  };
}

export function SyncOne({ documentId }: { documentId: string }) {
  return <SyncSalesDocumentButton documentId={documentId} {...useShared()} />;
}

export function SyncAll() {
  return <SyncAllSalesDocumentsButton interval={500} {...useShared()} />;
}
