/** The pages and the router: one page() line per module, one entry in config/navigation.ts. */
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  type RouteComponent,
  type RouterHistory,
  RouterProvider,
} from "@tanstack/react-router";
import { type ComponentType, useState } from "react";
import { withTexts } from "./i18n/with-texts";
import { Lost } from "./shell/Lost";
import { PageFailure } from "./shell/PageFailure";
import { Shell } from "./shell/Shell";

/** A page with its module's own texts and those it borrows. */
const page = (
  module: string,
  load: () => Promise<{ default: ComponentType }>,
  ...borrowed: string[]
) => withTexts([module, ...borrowed], load);

const Today = page("today", () => import("./modules/today"), "activity");
const Approvals = page("approvals", () => import("./modules/approvals"), "effects", "activity");
const Agents = page("agents", () => import("./modules/agents"));
const AgentPage = page("agents", () => import("./modules/agents/AgentPage"), "effects");
// The chart says "when" in words of the conversation.
const Analytics = page("analytics", () => import("./modules/analytics"), "aira");
const Effects = page("effects", () => import("./modules/effects"));
const Run = page("runs", () => import("./modules/runs"));
const Products = page("products", () => import("./modules/products"));
const ProductPage = page("products", () => import("./modules/products/ProductPage"));
const Inventory = page("inventory", () => import("./modules/inventory"));
const Orders = page("orders", () => import("./modules/orders"));
const OrderPage = page("orders", () => import("./modules/orders/OrderPage"));
const Research = page("research", () => import("./modules/research"));
const Suppliers = page("suppliers", () => import("./modules/suppliers"));
const SupplierPage = page("suppliers", () => import("./modules/suppliers/SupplierPage"));
const Marketing = page("marketing", () => import("./modules/marketing"));
const Support = page("support", () => import("./modules/support"));
const Customers = page("customers", () => import("./modules/customers"));
const CustomerPage = page("customers", () => import("./modules/customers/CustomerPage"));
const Activity = page("activity", () => import("./modules/activity"));
const Policies = page("policies", () => import("./modules/policies"));
const Engine = page("engine", () => import("./modules/engine"));
const Security = page("security", () => import("./modules/security"));
const Connections = page("connections", () => import("./modules/connections"));
// A decision in a conversation is the case that Approvals shows, in the same words.
const Aira = withTexts(["aira", "approvals", "activity"], () => import("./modules/aira"));

const pages: [path: string, page: RouteComponent][] = [
  ["/", Today],
  ["/approvals", Approvals],
  ["/approvals/$decisionId", Approvals],
  ["/agents", Agents],
  ["/agents/$agentId", AgentPage],
  ["/analytics", Analytics],
  ["/effects", Effects],
  ["/runs/$runId", Run],
  ["/products", Products],
  ["/products/$productId", ProductPage],
  ["/inventory", Inventory],
  ["/orders", Orders],
  ["/orders/$orderId", OrderPage],
  ["/research", Research],
  ["/suppliers", Suppliers],
  ["/suppliers/$supplierId", SupplierPage],
  ["/marketing", Marketing],
  ["/support", Support],
  ["/customers", Customers],
  ["/customers/$customerId", CustomerPage],
  ["/activity", Activity],
  ["/policies", Policies],
  ["/connections", Connections],
  ["/security", Security],
  ["/engine", Engine],
  // One route: beginning a conversation names it without leaving the page.
  ["/aira/{-$conversationId}", Aira],
];

/** Search values are plain strings, so addresses stay readable and shareable. */
function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

function stringifySearch(search: Record<string, unknown>): string {
  const entries = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
}

function makeRouter(history?: RouterHistory) {
  const root = createRootRoute({
    component: Shell,
    notFoundComponent: Lost,
    errorComponent: PageFailure,
  });
  const routes = pages.map(([path, component]) =>
    createRoute({ getParentRoute: () => root, path, component, errorComponent: PageFailure }),
  );
  return createRouter({
    routeTree: root.addChildren(routes),
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    ...(history ? { history } : {}),
  });
}

interface AppProps {
  queries: QueryClient;
  history?: RouterHistory;
}

export function App({ queries, history }: AppProps) {
  const [router] = useState(() => makeRouter(history));
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
