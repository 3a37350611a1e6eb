import type { BulkSync, SyncDone, SyncProgress } from "@lockstep/client";

/** What the buttons say. */
export interface Labels {
  syncOne: string;
  syncAll: string;
  busy: string;
  progress: (progress: SyncProgress) => string;
  doneOne: (done: SyncDone) => string;
  doneAll: (result: BulkSync) => string;
  failed: (reason: string) => string;
  retry: string;
}

export const ENGLISH: Labels = {
  syncOne: "Sync to Metakocka",
  syncAll: "Sync all to Metakocka",
  busy: "Syncing…",
  progress: (progress) => `${throughOf(progress)} of ${progress.total} documents`,
  doneOne: ({ metakockaNumber }) =>
    metakockaNumber ? `Synced as ${metakockaNumber}` : "Synced with Metakocka",
  doneAll: ({ total, synced, failed, skipped }) => {
    if (total === 0) return "Everything is in step already";
    const parts = [`${synced} synced`];
    if (skipped > 0) parts.push(`${skipped} unchanged`);
    if (failed > 0) parts.push(`${failed} failed`);
    return parts.join(", ");
  },
  failed: (reason) => `Not synced: ${reason}`,
  retry: "Try again",
};

export const INDONESIAN: Labels = {
  syncOne: "Sinkronkan ke Metakocka",
  syncAll: "Sinkronkan semua ke Metakocka",
  busy: "Menyinkronkan…",
  progress: (progress) => `${throughOf(progress)} dari ${progress.total} dokumen`,
  doneOne: ({ metakockaNumber }) =>
    metakockaNumber ? `Tersinkron sebagai ${metakockaNumber}` : "Tersinkron dengan Metakocka",
  doneAll: ({ total, synced, failed, skipped }) => {
    if (total === 0) return "Semuanya sudah selaras";
    const parts = [`${synced} tersinkron`];
    if (skipped > 0) parts.push(`${skipped} tidak berubah`);
    if (failed > 0) parts.push(`${failed} gagal`);
    return parts.join(", ");
  },
  failed: (reason) => `Tidak tersinkron: ${reason}`,
  retry: "Coba lagi",
};

/** How many documents are through, well or not. */
export function throughOf({ synced, failed, skipped }: SyncProgress): number {
  return synced + failed + skipped;
}
