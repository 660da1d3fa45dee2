"""The Admin API: one GraphQL endpoint over the state file, with Shopify's own manners."""
