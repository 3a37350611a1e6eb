import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";

/** All locations that fit into one answer, for menus and names. */
export function useLocations() {
  return useQuery({
    queryKey: ["locations"],
    queryFn: () => api.get("/api/directory/locations", { params: { query: { perPage: 200 } } }),
    staleTime: 30_000,
  });
}

/** The name of a location by its number. */
export function useLocationName(): (id: number) => string {
  const names = new Map(useLocations().data?.items.map((one) => [one.id, one.locationName]));
  return (id) => names.get(id) ?? String(id);
}
