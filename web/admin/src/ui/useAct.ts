import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useText } from "../i18n/text";
import { sentence } from "./failure";
import { tell, warn } from "./notify";

/**
 * Something that a button does: says how it went, and lets what is shown ask again. `quiet` leaves the failure to the
 * form that shows it.
 */
export function useAct<T, V = void>(
  work: (value: V) => Promise<T>,
  then: {
    told?: (answer: T) => string | undefined;
    stale?: string[];
    done?: (answer: T) => void;
    quiet?: boolean;
  } = {},
): UseMutationResult<T, Error, V> {
  const queries = useQueryClient();
  const { text } = useText();
  return useMutation<T, Error, V>({
    mutationFn: work,
    onSuccess: (answer) => {
      const told = then.told?.(answer);
      if (told) tell(told);
      then.done?.(answer);
    },
    onError: (error) => {
      if (!then.quiet) warn(text.common.failed, sentence(error, text));
    },
    onSettled: () => {
      for (const key of then.stale ?? []) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
