import type { Lockstep } from "./client.js";
import { type FollowOptions, followRun, type SyncProgress } from "./runs.js";
import type { Schemas } from "./types.js";

export type BulkSync = Schemas["BulkSync"];
export type PullDone = Schemas["PullDone"];
export type RemoteDocuments = Schemas["RemoteDocuments"];
export type SyncDone = Schemas["SyncDone"];
export type SyncMapping = Schemas["SyncMapping"];
export type SyncState = Schemas["SyncState"];
export type SyncStates = Schemas["SyncStates"];

/** For whom, where it is not what the client was made with. */
export interface SalesDocumentOptions {
  organizationId?: string;
  testMode?: boolean;
  signal?: AbortSignal;
}

/** The same for many documents. */
export interface BulkOptions extends SalesDocumentOptions, FollowOptions {
  /**
   * Is told how far it is. The gateway then goes on by itself, also when this program ends; of more than 500 documents
   * the details of 500 come back, failed ones first.
   */
  onProgress?: (progress: SyncProgress) => void;
}

/** Which of Metakocka's documents. */
export interface RemoteDocumentsOptions extends SalesDocumentOptions {
  documentType?: string;
  /** A moment or a day. */
  changedSince?: string;
  page?: number;
  perPage?: number;
}

const PUSH = "/api/integrations/metakocka/sales-documents/sync";
const PULL = "/api/integrations/metakocka/sales-documents/sync-from-metakocka";
/** Ids in a query, at most. */
const MOST_IDS = 200;
/** Documents in a call, at most. */
const MOST_ITEMS = 500;

/** How a sales document stands to its counterpart in Metakocka. */
export function getSalesDocumentSyncStatus(
  client: Lockstep,
  documentId: string,
  options: SalesDocumentOptions = {},
): Promise<SyncState> {
  const query = { documentId };
  return shaped<SyncState>(client.get(PUSH, { ...how(options), params: { query } }));
}

/** The same for several documents; those that were never synced are left out. */
export async function getBulkSalesDocumentSyncStatus(
  client: Lockstep,
  documentIds: readonly string[],
  options: SalesDocumentOptions = {},
): Promise<SyncStates> {
  const mappings: SyncMapping[] = [];
  for (const ids of chunks(documentIds, MOST_IDS)) {
    const query = { documentIds: ids.join(",") };
    const answer = client.get(PUSH, { ...how(options), params: { query } });
    mappings.push(...(await shaped<SyncStates>(answer)).mappings);
  }
  return { mappings };
}

/** Brings a sales document to Metakocka; throws a `LockstepError` with the reason where that fails. */
export function syncSalesDocument(
  client: Lockstep,
  documentId: string,
  options: SalesDocumentOptions = {},
): Promise<SyncDone> {
  return shaped<SyncDone>(client.post(PUSH, { ...how(options), body: { documentId } }));
}

/** Brings several sales documents to Metakocka. What fails is in the details, and stops no other. */
export function syncMultipleSalesDocuments(
  client: Lockstep,
  documentIds: readonly string[],
  options: BulkOptions = {},
): Promise<BulkSync> {
  const bodies = chunks(documentIds, MOST_ITEMS).map((ids) => ({ documentIds: ids }));
  return inTurn(client, PUSH, bodies, options);
}

/** Brings all sales documents to Metakocka that were never synced or changed since. */
export function syncAllSalesDocuments(
  client: Lockstep,
  options: BulkOptions = {},
): Promise<BulkSync> {
  return inTurn(client, PUSH, [{}], options);
}

/** Metakocka's documents that are not in the CRM yet. */
export function getUnsyncedSalesDocumentsFromMetakocka(
  client: Lockstep,
  options: RemoteDocumentsOptions = {},
): Promise<RemoteDocuments> {
  const { documentType, changedSince, page, perPage } = options;
  const query = {
    ...(documentType !== undefined && { documentType }),
    ...(changedSince !== undefined && { changedSince }),
    ...(page !== undefined && { page }),
    ...(perPage !== undefined && { perPage }),
  };
  return client.get(PULL, { ...how(options), params: { query } });
}

/** Brings one of Metakocka's documents to the CRM; a second time it is the same document. */
export function syncSalesDocumentFromMetakocka(
  client: Lockstep,
  metakockaId: string,
  options: SalesDocumentOptions & { documentType?: string } = {},
): Promise<PullDone> {
  const { documentType } = options;
  const body = { metakockaId, ...(documentType !== undefined && { documentType }) };
  return shaped<PullDone>(client.post(PULL, { ...how(options), body }));
}

/** Brings several of Metakocka's documents to the CRM, or all that are not there yet. */
export function syncSalesDocumentsFromMetakocka(
  client: Lockstep,
  metakockaIds?: readonly string[],
  options: BulkOptions = {},
): Promise<BulkSync> {
  const bodies = metakockaIds
    ? chunks(metakockaIds, MOST_ITEMS).map((ids) => ({ metakockaIds: ids }))
    : [{}];
  return inTurn(client, PULL, bodies, options);
}

/** These paths answer in several shapes; which one follows from what was asked. */
async function shaped<Shape>(answer: Promise<unknown>): Promise<Shape> {
  return (await answer) as Shape;
}

/** One call after the other, as one. No ids are no call: one without ids would mean all documents. */
async function inTurn(
  client: Lockstep,
  path: typeof PUSH | typeof PULL,
  bodies: { documentIds?: string[]; metakockaIds?: string[] }[],
  options: BulkOptions,
): Promise<BulkSync> {
  const all: BulkSync = { success: true, total: 0, synced: 0, failed: 0, skipped: 0, details: [] };
  for (const body of bodies) {
    const one = await sync(client, path, body, options, all);
    all.success &&= one.success;
    all.total += one.total;
    all.synced += one.synced;
    all.failed += one.failed;
    all.skipped += one.skipped;
    all.details.push(...one.details);
  }
  return all;
}

async function sync(
  client: Lockstep,
  path: typeof PUSH | typeof PULL,
  body: { documentIds?: string[]; metakockaIds?: string[] },
  options: BulkOptions,
  before: BulkSync,
): Promise<BulkSync> {
  const { onProgress } = options;
  if (!onProgress) return shaped<BulkSync>(client.post(path, { ...how(options), body }));
  const init = { ...how(options), params: { query: { async: true } }, body };
  const { runId } = await shaped<Schemas["RunStarted"]>(client.post(path, init));
  const run = await followRun(client, runId, how(options), options, (now) =>
    onProgress({
      total: before.total + now.total,
      synced: before.synced + now.synced,
      failed: before.failed + now.failed,
      skipped: before.skipped + now.skipped,
    }),
  );
  const { total, synced, failed, skipped, details } = run;
  return { success: failed === 0, total, synced, failed, skipped, details };
}

function how({ organizationId, testMode, signal }: SalesDocumentOptions) {
  const headers: Record<string, string> = {};
  if (organizationId !== undefined) headers["X-Organization-Id"] = organizationId;
  if (testMode !== undefined) headers["X-Test-Mode"] = String(testMode);
  return { headers, ...(signal && { signal }) };
}

function chunks(ids: readonly string[], most: number): string[][] {
  const count = Math.ceil(ids.length / most);
  return Array.from({ length: count }, (_, n) => ids.slice(n * most, (n + 1) * most));
}
