import { createBrowserRouter } from "react-router";
import { SignIn } from "./pages/SignIn";
import { Broken, NotFound } from "./shell/Broken";
import { Guard, Starting } from "./shell/Guard";
import { Shell } from "./shell/Shell";

/** Every page is loaded when it is first opened. */
export const router = createBrowserRouter(
  [
    { path: "/login", element: <SignIn />, errorElement: <Broken /> },
    {
      element: (
        <Guard>
          <Shell />
        </Guard>
      ),
      errorElement: <Broken />,
      hydrateFallbackElement: <Starting />,
      children: [
        { index: true, lazy: () => import("./pages/dashboard/Dashboard") },
        { path: "bookings", lazy: () => import("./pages/bookings/Bookings") },
        {
          path: "bookings/drift",
          lazy: () => import("./pages/bookings/DriftPage"),
        },
        {
          path: "bookings/:id",
          lazy: () => import("./pages/bookings/BookingPage"),
        },
        { path: "partners", lazy: () => import("./pages/partners/Partners") },
        {
          path: "partners/:id",
          lazy: () => import("./pages/partners/PartnerPage"),
        },
        { path: "products", lazy: () => import("./pages/stock/Products") },
        {
          path: "products/:id",
          lazy: () => import("./pages/stock/ProductPage"),
        },
        {
          path: "stock/movements",
          lazy: () => import("./pages/stock/Movements"),
        },
        { path: "users", lazy: () => import("./pages/directory/Users") },
        { path: "users/sync/:locationId", lazy: () => import("./pages/directory/PreviewStart") },
        { path: "users/previews/:previewId", lazy: () => import("./pages/directory/PreviewPage") },
        { path: "users/runs", lazy: () => import("./pages/directory/Runs") },
        { path: "users/runs/:id", lazy: () => import("./pages/directory/RunPage") },
        { path: "locations", lazy: () => import("./pages/directory/Locations") },
        { path: "documents", lazy: () => import("./pages/sales/Documents") },
        { path: "documents/:id", lazy: () => import("./pages/sales/DocumentPage") },
        { path: "documents/:id/conflict", lazy: () => import("./pages/sales/ConflictPage") },
        { path: "metakocka/pull", lazy: () => import("./pages/sales/PullPage") },
        { path: "metakocka/errors", lazy: () => import("./pages/sales/ErrorsPage") },
        { path: "metakocka/history", lazy: () => import("./pages/sales/HistoryPage") },
        {
          path: "metakocka/reconciliation",
          lazy: () => import("./pages/sales/ReconciliationPage"),
        },
        { path: "metakocka/settings", lazy: () => import("./pages/sales/SettingsPage") },
        { path: "accounts", lazy: () => import("./pages/people/Accounts") },
        {
          path: "organizations",
          lazy: () => import("./pages/people/Organizations"),
        },
        {
          path: "organizations/:id",
          lazy: () => import("./pages/people/OrganizationPage"),
        },
        { path: "tokens", lazy: () => import("./pages/people/Tokens") },
        { path: "demo", lazy: () => import("./pages/demo/DemoPage") },
        { path: "*", element: <NotFound /> },
      ],
    },
  ],
  { basename: "/admin" },
);
