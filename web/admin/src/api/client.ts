import { createClient, LockstepError } from "@lockstep/client";
import { actingHeaders } from "./organization";

/** The gateway that this page came from. The refresh token is in a cookie that no script can read. */
export const api = createClient();

api.raw.use({
  onRequest({ request, schemaPath }) {
    for (const [name, value] of actingHeaders(schemaPath)) request.headers.set(name, value);
    return request;
  },
});

export { LockstepError };
