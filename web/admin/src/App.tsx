import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import { LockstepError } from "./api/client";
import { TextProvider } from "./i18n/text";
import { nonce } from "./nonce";
import { router } from "./routes";
import { onSession, sessionState } from "./session/session";
import { theme, variables } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What was refused will be refused again; what did not arrive may.
      retry: (count, error) => error instanceof LockstepError && error.status === 0 && count < 2,
    },
  },
});

// What one person has seen is not there for the next.
onSession(() => {
  if (sessionState().kind === "anonymous") queries.clear();
});

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={nonce}
    >
      <Notifications position="top-right" />
      <TextProvider>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </TextProvider>
    </MantineProvider>
  );
}
