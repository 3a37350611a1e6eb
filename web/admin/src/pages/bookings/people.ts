import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";

/** All partners that fit into one answer, for menus and names. */
export function usePartners() {
  return useQuery({
    queryKey: ["partners", "all"],
    queryFn: () => api.get("/api/partners", { params: { query: { perPage: 200 } } }),
    staleTime: 60_000,
  });
}

/** All customers that fit into one answer. */
export function useCustomers() {
  return useQuery({
    queryKey: ["accounts", "customers"],
    queryFn: () =>
      api.get("/api/accounts", {
        params: { query: { role: "customer", perPage: 200 } },
      }),
    staleTime: 60_000,
  });
}

/** The name of somebody by their id; the id where it is not known. */
export function useNames(): (id: string | null | undefined) => string | undefined {
  const partners = usePartners().data?.items ?? [];
  const customers = useCustomers().data?.items ?? [];
  const names = new Map([...partners, ...customers].map((one) => [one.id, one.name]));
  return (id) => (id ? (names.get(id) ?? id) : undefined);
}
