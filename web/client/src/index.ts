export type { Ack, ClientEvents, EventSchemas, Namespace, ServerEvents, Sighting } from "./acks.js";
export type { Call, Lockstep, LockstepOptions } from "./client.js";
export { createClient } from "./client.js";
export { LockstepError } from "./error.js";
export type { SyncProgress, SyncRun } from "./runs.js";
export type {
  BulkOptions,
  BulkSync,
  PullDone,
  RemoteDocuments,
  RemoteDocumentsOptions,
  SalesDocumentOptions,
  SyncDone,
  SyncMapping,
  SyncState,
  SyncStates,
} from "./sales-documents.js";
export {
  getBulkSalesDocumentSyncStatus,
  getSalesDocumentSyncStatus,
  getUnsyncedSalesDocumentsFromMetakocka,
  syncAllSalesDocuments,
  syncMultipleSalesDocuments,
  syncSalesDocument,
  syncSalesDocumentFromMetakocka,
  syncSalesDocumentsFromMetakocka,
} from "./sales-documents.js";
export type { SessionState } from "./session.js";
export { Session } from "./session.js";
export type { SocketOptions, SocketStatus } from "./socket.js";
export { LockstepSocket, openSocket } from "./socket.js";
export type { TokenSource } from "./tokens.js";
export type * from "./types.js";
