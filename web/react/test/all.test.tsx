import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SyncAllSalesDocumentsButton } from "../src/index.js";
import { violations } from "./axe.js";
import { FakeGateway } from "./fake.js";

let gateway: FakeGateway;
beforeEach(() => {
  gateway = new FakeGateway();
});
afterEach(cleanup);

const RUN = {
  runId: "r1",
  status: "running",
  direction: "crm_to_metakocka",
  startedAt: "2026-08-25T10:00:00.000Z",
  total: 40,
  synced: 0,
  failed: 0,
  skipped: 0,
  details: [],
};
const COMPLETED = { ...RUN, status: "completed", synced: 39, skipped: 1 };
const PARTLY = {
  ...COMPLETED,
  synced: 38,
  failed: 2,
  skipped: 0,
  details: [
    { documentId: "d3", success: false, error: "unknown tax code" },
    { documentId: "d4", success: false, error: "no customer" },
    { documentId: "d5", success: true },
  ],
};

function show(props: Parameters<typeof SyncAllSalesDocumentsButton>[0] = {}) {
  return render(<SyncAllSalesDocumentsButton client={gateway.client} interval={1} {...props} />);
}

const button = () => screen.getByRole("button");
const paths = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);

test("it starts a run, shows how far it is, and says how it ended", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.answer({ ...RUN, synced: 11, failed: 0, skipped: 1 });
  const last = gateway.later();
  const onSynced = vi.fn();
  const { container } = show({ onSynced });
  await userEvent.click(button());
  const bar = await screen.findByRole("progressbar");
  expect(bar.getAttribute("value")).toBe("12");
  expect(bar.getAttribute("max")).toBe("40");
  expect(bar.getAttribute("aria-valuetext")).toBe("12 of 40 documents");
  expect(screen.getByRole("status").textContent).toBe("Syncing…");
  expect(await violations(container)).toEqual([]);

  last(COMPLETED);
  await screen.findByText("39 synced, 1 unchanged");
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(onSynced).toHaveBeenCalledExactlyOnceWith({
    success: true,
    total: 40,
    synced: 39,
    failed: 0,
    skipped: 1,
    details: [],
  });
  expect(paths()).toEqual([
    "POST /api/integrations/metakocka/sales-documents/sync?async=true",
    "GET /api/integrations/metakocka/runs/r1",
    "GET /api/integrations/metakocka/runs/r1",
  ]);
  expect(gateway.seen[0]?.body).toEqual({});
});

test("documents that failed are named with their reasons, and only they are tried again", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.answer(PARTLY);
  const { container } = show();
  await userEvent.click(button());
  await screen.findByText("38 synced, 2 failed");
  expect(container.querySelector("[data-state=failed]")).not.toBeNull();
  const reasons = screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(reasons).toEqual(["d3: unknown tax code", "d4: no customer"]);
  expect(await violations(container)).toEqual([]);

  gateway.answer({ success: true, runId: "r2" }, 202);
  gateway.answer({ ...COMPLETED, total: 2, synced: 2, skipped: 0 });
  expect(button().textContent).toBe("Try again");
  await userEvent.click(button());
  await screen.findByText("2 synced");
  expect(gateway.seen[2]?.body).toEqual({ documentIds: ["d3", "d4"] });
  expect(button().textContent).toBe("Sync all to Metakocka");
});

test("more failures than are named are tried again with everything that is unsynced", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.answer({ ...PARTLY, failed: 700 });
  show();
  await userEvent.click(button());
  await screen.findByText("+ 698");
  await userEvent.click(button());
  await screen.findByText("Not synced: The gateway cannot be reached");
  expect(gateway.seen[2]?.body).toEqual({});
});

test("a run that fails as a whole says why, and can be tried again", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.answer({ ...RUN, status: "failed", error: "The secret key is wrong" });
  show();
  await userEvent.click(button());
  await screen.findByText("Not synced: The secret key is wrong");
  gateway.refuse(409, "not_configured", "There are no credentials for Metakocka");
  await userEvent.click(button());
  await screen.findByText("Not synced: There are no credentials for Metakocka");
  expect(button().textContent).toBe("Try again");
});

test("a gateway that restarts while the run goes on is waited for", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.refuse(503, "unavailable", "Not now");
  gateway.answer(COMPLETED);
  show();
  await userEvent.click(button());
  await screen.findByText("39 synced, 1 unchanged");
});

test("with nothing to do it says so", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.answer({ ...COMPLETED, total: 0, synced: 0, skipped: 0 });
  show();
  await userEvent.click(button());
  await screen.findByText("Everything is in step already");
});

test("whoever leaves the page hears nothing any more, and the look under way is given up", async () => {
  gateway.answer({ success: true, runId: "r1" }, 202);
  gateway.answer(RUN);
  const answer = gateway.later();
  const onSynced = vi.fn();
  const { unmount } = show({ onSynced });
  await userEvent.click(button());
  await vi.waitFor(() => expect(gateway.seen).toHaveLength(3));
  unmount();
  expect(gateway.seen[2]?.signal.aborted).toBe(true);
  answer(COMPLETED);
  expect(onSynced).not.toHaveBeenCalled();
});
