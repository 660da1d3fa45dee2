"""A store on loopback that speaks the Shopify Admin API: the sandbox of Royal Equips."""
