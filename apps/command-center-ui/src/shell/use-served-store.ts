/** Loads the page anew when another store is served: nothing that is shown or kept is about it. */
import { useEffect, useRef } from "react";
import { useSession } from "@/api/session";

export function useServedStore(): void {
  const storeId = useSession().data?.store?.id;
  const shown = useRef(storeId);
  useEffect(() => {
    if (storeId && shown.current && storeId !== shown.current) window.location.reload();
    shown.current = storeId ?? shown.current;
  }, [storeId]);
}
