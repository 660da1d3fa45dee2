/** The pages of the command center: one entry each; App.tsx has the matching lazy() line. */
import {
  Activity,
  Bot,
  Boxes,
  ChartLine,
  CheckCheck,
  Cog,
  Gauge,
  Headset,
  type LucideIcon,
  Megaphone,
  MessageSquareText,
  Package,
  Plug,
  ReceiptText,
  Scale,
  ShieldAlert,
  ShieldCheck,
  Telescope,
  Truck,
  Users,
} from "lucide-react";

export interface NavigationEntry {
  id: string;
  path: string;
  /** Key under `nav` in the translations. */
  label:
    | "today"
    | "approvals"
    | "agents"
    | "aira"
    | "analytics"
    | "effects"
    | "products"
    | "inventory"
    | "orders"
    | "research"
    | "suppliers"
    | "support"
    | "marketing"
    | "customers"
    | "activity"
    | "policies"
    | "connections"
    | "engine"
    | "security";
  icon: LucideIcon;
  /** The letter after `g` that goes there. */
  letter: string;
  group: "work" | "store" | "house";
  /** Shown in the bottom bar of a phone; the others are under More. */
  onPhone: boolean;
  permission: string;
}

export const navigation: readonly NavigationEntry[] = [
  {
    id: "today",
    path: "/",
    label: "today",
    icon: Gauge,
    letter: "t",
    group: "work",
    onPhone: true,
    permission: "store:read",
  },
  {
    id: "approvals",
    path: "/approvals",
    label: "approvals",
    icon: CheckCheck,
    letter: "a",
    group: "work",
    onPhone: true,
    permission: "decisions:read",
  },
  {
    id: "agents",
    path: "/agents",
    label: "agents",
    icon: Bot,
    letter: "g",
    group: "work",
    onPhone: true,
    permission: "agents:read",
  },
  {
    id: "aira",
    path: "/aira",
    label: "aira",
    icon: MessageSquareText,
    letter: "i",
    group: "work",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "analytics",
    path: "/analytics",
    label: "analytics",
    icon: ChartLine,
    letter: "n",
    group: "work",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "effects",
    path: "/effects",
    label: "effects",
    icon: Scale,
    letter: "e",
    group: "work",
    onPhone: false,
    permission: "decisions:read",
  },
  {
    id: "activity",
    path: "/activity",
    label: "activity",
    icon: Activity,
    letter: "l",
    group: "work",
    onPhone: false,
    permission: "events:read",
  },
  {
    id: "products",
    path: "/products",
    label: "products",
    icon: Package,
    letter: "p",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "inventory",
    path: "/inventory",
    label: "inventory",
    icon: Boxes,
    letter: "s",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "orders",
    path: "/orders",
    label: "orders",
    icon: ReceiptText,
    letter: "o",
    group: "store",
    onPhone: true,
    permission: "store:read",
  },
  {
    id: "research",
    path: "/research",
    label: "research",
    icon: Telescope,
    letter: "r",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "suppliers",
    path: "/suppliers",
    label: "suppliers",
    icon: Truck,
    letter: "u",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "support",
    path: "/support",
    label: "support",
    icon: Headset,
    letter: "h",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "customers",
    path: "/customers",
    label: "customers",
    icon: Users,
    letter: "k",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "marketing",
    path: "/marketing",
    label: "marketing",
    icon: Megaphone,
    letter: "m",
    group: "store",
    onPhone: false,
    permission: "store:read",
  },
  {
    id: "policies",
    path: "/policies",
    label: "policies",
    icon: ShieldCheck,
    letter: "y",
    group: "house",
    onPhone: false,
    permission: "policy:read",
  },
  {
    id: "connections",
    path: "/connections",
    label: "connections",
    icon: Plug,
    letter: "c",
    group: "house",
    onPhone: false,
    permission: "connections:read",
  },
  {
    id: "security",
    path: "/security",
    label: "security",
    icon: ShieldAlert,
    letter: "v",
    group: "house",
    onPhone: false,
    permission: "connections:read",
  },
  {
    id: "engine",
    path: "/engine",
    label: "engine",
    icon: Cog,
    letter: "w",
    group: "house",
    onPhone: false,
    permission: "agents:read",
  },
];
