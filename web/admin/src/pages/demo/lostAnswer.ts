import { getSalesDocumentSyncStatus, syncMultipleSalesDocuments } from "@lockstep/client";
import { api } from "../../api/client";
import { mishaps } from "./mishaps";

/** How long to watch for the gateway's own next attempt, and how often to look. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;

/** What became of a document whose answer was lost. */
export interface Found {
  documentNumber: string;
  metakockaNumber: string;
  /** Calls that create a document over there, made for this one. */
  calls: number;
}

/** An order of today like many. */
function order() {
  return api.post("/api/sales-documents", {
    body: {
      documentType: "order",
      customer: {
        name: "Vinoteka Bordon",
        street: "Dekani 63",
        postCode: "6271",
        city: "Dekani",
        country: "Slovenia",
      },
      lines: [{ code: "terrace-lamp", quantity: 2, unitPrice: 40.16, taxPercent: 22 }],
    },
  });
}

/**
 * Sends an order to Metakocka, which saves it and never says so; then waits until the gateway has found it there by
 * itself. `unknown` is told when the answer is lost.
 */
export async function loseAnswer(unknown: (documentNumber: string) => void): Promise<Found> {
  const { id, documentNumber } = await order();
  const before = await mishaps.loseAnswer();
  await syncMultipleSalesDocuments(api, [id]);
  unknown(documentNumber);
  const metakockaNumber = await synced(id);
  const after = await mishaps.look();
  const calls = after.erp.creatingCalls - before.erp.creatingCalls;
  return { documentNumber, metakockaNumber, calls };
}

async function synced(id: string): Promise<string> {
  for (const end = Date.now() + PATIENCE_MS; ; await pause()) {
    const { mapping } = await getSalesDocumentSyncStatus(api, id);
    if (mapping?.syncStatus === "synced") return mapping.metakockaNumber ?? "";
    if (Date.now() > end) throw new Error(mapping?.syncError ?? "");
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
}
