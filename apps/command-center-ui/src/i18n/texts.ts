/** Every text there is, for the types: the shell's, those of work, one line for each module. */
import type activity from "@/modules/activity/texts.en.json";
import type agents from "@/modules/agents/texts.en.json";
import type aira from "@/modules/aira/texts.en.json";
import type analytics from "@/modules/analytics/texts.en.json";
import type approvals from "@/modules/approvals/texts.en.json";
import type connections from "@/modules/connections/texts.en.json";
import type customers from "@/modules/customers/texts.en.json";
import type effects from "@/modules/effects/texts.en.json";
import type engine from "@/modules/engine/texts.en.json";
import type inventory from "@/modules/inventory/texts.en.json";
import type marketing from "@/modules/marketing/texts.en.json";
import type orders from "@/modules/orders/texts.en.json";
import type policies from "@/modules/policies/texts.en.json";
import type products from "@/modules/products/texts.en.json";
import type research from "@/modules/research/texts.en.json";
import type runs from "@/modules/runs/texts.en.json";
import type security from "@/modules/security/texts.en.json";
import type suppliers from "@/modules/suppliers/texts.en.json";
import type support from "@/modules/support/texts.en.json";
import type today from "@/modules/today/texts.en.json";
import type work from "@/work/texts.en.json";
import type shell from "./en.json";

export type Texts = typeof shell &
  typeof activity &
  typeof agents &
  typeof aira &
  typeof analytics &
  typeof approvals &
  typeof connections &
  typeof customers &
  typeof effects &
  typeof engine &
  typeof marketing &
  typeof inventory &
  typeof orders &
  typeof policies &
  typeof products &
  typeof research &
  typeof runs &
  typeof security &
  typeof suppliers &
  typeof support &
  typeof today &
  typeof work;
