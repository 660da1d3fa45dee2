"""The tables of the sandbox store.

Units: every money column is an INTEGER of ten-thousandths of the shop currency (`to_scaled`),
every `*_at` column whole UTC seconds (`to_seconds`), every flag 0 or 1. `tags` is '' or
',first,second,' (sorted, no blanks around commas); JSON columns hold text.

Numeric ids are the tails of Shopify's global ids (`gid://shopify/Product/<id>`), taken from
`Transaction.next_ids(table, n)`. Tables of the world start with `world_` and belong to
`store_sandbox.world`; nothing under `admin` reads them.

`meta` keys whoever fills a state must set: `shop.name`, `shop.currency` (ISO 4217),
`shop.timezone` (IANA), `shop.taxes_included` ('0' or '1'), `shop.source` ('world' or 'import');
`world.seed` belongs to the world.
"""

import sqlite3
from functools import cache

TABLES: dict[str, str] = {
    "meta": "key TEXT PRIMARY KEY, value TEXT NOT NULL",
    "clock": (
        "id INTEGER PRIMARY KEY CHECK (id = 1), world_at REAL NOT NULL, wall_at REAL NOT NULL,"
        " rate REAL NOT NULL, simulated_until INTEGER NOT NULL"
    ),
    "sequences": "name TEXT PRIMARY KEY, next INTEGER NOT NULL",
    "locations": (
        "id INTEGER PRIMARY KEY, name TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1,"
        " address1 TEXT, city TEXT, zip TEXT, country_code TEXT,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "products": (
        "id INTEGER PRIMARY KEY, title TEXT NOT NULL, handle TEXT NOT NULL,"
        " vendor TEXT NOT NULL DEFAULT '', product_type TEXT NOT NULL DEFAULT '',"
        " status TEXT NOT NULL DEFAULT 'ACTIVE', description_html TEXT NOT NULL DEFAULT '',"
        " tags TEXT NOT NULL DEFAULT '',"
        # options: a list like {"name": "Size", "values": ["S", "M"]}; empty: Default Title
        " options TEXT NOT NULL DEFAULT '[]', published_at INTEGER,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    # pictures that an app gave by their address; nothing fetches them
    "product_files": (
        "id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES products ON DELETE CASCADE,"
        " source TEXT NOT NULL, alt TEXT NOT NULL DEFAULT ''"
    ),
    "variants": (
        "id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES products ON DELETE CASCADE,"
        " inventory_item_id INTEGER NOT NULL UNIQUE, title TEXT NOT NULL DEFAULT 'Default Title',"
        " sku TEXT, barcode TEXT, position INTEGER NOT NULL DEFAULT 1, price INTEGER NOT NULL,"
        " compare_at_price INTEGER, inventory_policy TEXT NOT NULL DEFAULT 'DENY',"
        " taxable INTEGER NOT NULL DEFAULT 1,"
        # options: a list like {"name": "Size", "value": "M"}, one per option of the product
        " options TEXT NOT NULL DEFAULT '[]',"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "inventory_items": (
        # unit_cost NULL means the merchant never entered it: unknown, not zero
        "id INTEGER PRIMARY KEY, variant_id INTEGER NOT NULL REFERENCES variants ON DELETE CASCADE,"
        " tracked INTEGER NOT NULL DEFAULT 1, unit_cost INTEGER,"
        " requires_shipping INTEGER NOT NULL DEFAULT 1, country_code_of_origin TEXT,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "inventory_levels": (
        # on_hand = available + committed; incoming is on order
        "item_id INTEGER NOT NULL REFERENCES inventory_items ON DELETE CASCADE,"
        " location_id INTEGER NOT NULL REFERENCES locations,"
        " available INTEGER NOT NULL DEFAULT 0, on_hand INTEGER NOT NULL DEFAULT 0,"
        " committed INTEGER NOT NULL DEFAULT 0, incoming INTEGER NOT NULL DEFAULT 0,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
        " PRIMARY KEY (item_id, location_id)"
    ),
    "customers": (
        "id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT, phone TEXT,"
        " note TEXT, tags TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'DISABLED',"
        " verified_email INTEGER NOT NULL DEFAULT 1, tax_exempt INTEGER NOT NULL DEFAULT 0,"
        " locale TEXT NOT NULL DEFAULT 'en',"
        " email_consent TEXT NOT NULL DEFAULT 'NOT_SUBSCRIBED', email_consent_at INTEGER,"
        " sms_consent TEXT NOT NULL DEFAULT 'NOT_SUBSCRIBED', sms_consent_at INTEGER,"
        # address: {"address1","address2","city","zip","province","provinceCode","country",
        # "countryCodeV2","phone"} or NULL
        " address TEXT, orders_count INTEGER NOT NULL DEFAULT 0,"
        " amount_spent INTEGER NOT NULL DEFAULT 0, last_order_id INTEGER,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "consents": (
        # how somebody agreed, where the wire said so; channel: email or sms
        "customer_id INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,"
        " channel TEXT NOT NULL, opt_in_level TEXT, location_id INTEGER,"
        " PRIMARY KEY (customer_id, channel)"
    ),
    "orders": (
        # subtotal = sum of lines after discounts (before refunds); total = subtotal + shipping
        # + tax (tax only when not included in prices); refunded = money given back so far
        "id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, customer_id INTEGER,"
        " email TEXT, phone TEXT, created_at INTEGER NOT NULL, processed_at INTEGER NOT NULL,"
        " updated_at INTEGER NOT NULL, cancelled_at INTEGER, cancel_reason TEXT,"
        " closed_at INTEGER, test INTEGER NOT NULL DEFAULT 0,"
        " financial_status TEXT NOT NULL DEFAULT 'PAID',"
        " fulfillment_status TEXT NOT NULL DEFAULT 'FULFILLED',"
        " taxes_included INTEGER NOT NULL DEFAULT 1, subtotal INTEGER NOT NULL,"
        " discounts INTEGER NOT NULL DEFAULT 0, shipping INTEGER NOT NULL DEFAULT 0,"
        " tax INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL,"
        " refunded INTEGER NOT NULL DEFAULT 0, tags TEXT NOT NULL DEFAULT '', note TEXT,"
        " source_name TEXT NOT NULL DEFAULT 'web', gateway TEXT NOT NULL DEFAULT 'bogus',"
        # discount_codes: ["SPRING10"]; shipping_title NULL = no shipping line
        " discount_codes TEXT NOT NULL DEFAULT '[]', shipping_title TEXT,"
        # addresses as in customers.address plus "firstName","lastName"
        " shipping_address TEXT, billing_address TEXT, client_ip TEXT, risk_level TEXT"
    ),
    "order_lines": (
        # variant_id NULL = a custom line; discount = total of the line's discounts
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " variant_id INTEGER, product_id INTEGER, title TEXT NOT NULL, variant_title TEXT,"
        " sku TEXT, vendor TEXT, quantity INTEGER NOT NULL, current_quantity INTEGER NOT NULL,"
        " unfulfilled_quantity INTEGER NOT NULL DEFAULT 0, unit_price INTEGER NOT NULL,"
        " discount INTEGER NOT NULL DEFAULT 0, tax INTEGER NOT NULL DEFAULT 0,"
        " taxable INTEGER NOT NULL DEFAULT 1, requires_shipping INTEGER NOT NULL DEFAULT 1"
    ),
    "line_taxes": (
        # rate and amount in ten-thousandths; a line without a row bears the world's usual tax, if
        # its `tax` says that it bears one
        "line_id INTEGER NOT NULL REFERENCES order_lines ON DELETE CASCADE,"
        " position INTEGER NOT NULL, title TEXT NOT NULL, rate INTEGER NOT NULL,"
        " amount INTEGER NOT NULL, PRIMARY KEY (line_id, position)"
    ),
    "refunds": (
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " note TEXT, total INTEGER NOT NULL, created_at INTEGER NOT NULL,"
        " updated_at INTEGER NOT NULL"
    ),
    "refund_lines": (
        # subtotal = the share of the line's discounted total given back, positive
        "id INTEGER PRIMARY KEY, refund_id INTEGER NOT NULL REFERENCES refunds ON DELETE CASCADE,"
        " line_id INTEGER NOT NULL REFERENCES order_lines, quantity INTEGER NOT NULL,"
        " restock_type TEXT NOT NULL DEFAULT 'RETURN', price INTEGER NOT NULL,"
        " subtotal INTEGER NOT NULL, tax INTEGER NOT NULL DEFAULT 0, location_id INTEGER"
    ),
    "order_adjustments": (
        # amount negative = given back beyond (or without) refund lines; reason NULL or one of
        # REFUND_DISCREPANCY FULL_RETURN_BALANCING_ADJUSTMENT CUSTOMER DAMAGE RESTOCK
        "id INTEGER PRIMARY KEY, refund_id INTEGER NOT NULL REFERENCES refunds ON DELETE CASCADE,"
        " order_id INTEGER NOT NULL, amount INTEGER NOT NULL, tax INTEGER NOT NULL DEFAULT 0,"
        " reason TEXT"
    ),
    "returns": (
        # status as in ReturnStatus; name is the order's with -R and a number
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " name TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'OPEN', closed_at INTEGER,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "return_lines": (
        # fulfillment_line_id NULL = the first parcel that the order line left in
        "id INTEGER PRIMARY KEY, return_id INTEGER NOT NULL REFERENCES returns ON DELETE CASCADE,"
        " line_id INTEGER NOT NULL REFERENCES order_lines, fulfillment_line_id INTEGER,"
        " quantity INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT 'UNKNOWN',"
        " note TEXT NOT NULL DEFAULT ''"
    ),
    "exchange_lines": (
        # What goes out for what comes back, as it was when the return was opened
        "id INTEGER PRIMARY KEY, return_id INTEGER NOT NULL REFERENCES returns ON DELETE CASCADE,"
        " variant_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL,"
        " title TEXT NOT NULL, variant_title TEXT NOT NULL, sku TEXT"
    ),
    "segments": (
        # query in the language of Shopify's segments
        "id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, query TEXT NOT NULL,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "fulfillments": (
        # tracking: [{"company": "", "number": "", "url": ""}]; status SUCCESS or CANCELLED
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " status TEXT NOT NULL DEFAULT 'SUCCESS', location_id INTEGER,"
        " tracking TEXT NOT NULL DEFAULT '[]',"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "fulfillment_lines": (
        "id INTEGER PRIMARY KEY,"
        " fulfillment_id INTEGER NOT NULL REFERENCES fulfillments ON DELETE CASCADE,"
        " line_id INTEGER NOT NULL REFERENCES order_lines, quantity INTEGER NOT NULL"
    ),
    "fulfillment_holds": (
        # missed: the world would have shipped it meanwhile
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " client_id TEXT NOT NULL, handle TEXT, reason TEXT NOT NULL, notes TEXT,"
        " missed INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,"
        " UNIQUE (order_id, client_id, handle)"
    ),
    "disputes": (
        # initiated_as and status as in OrderDisputeSummary
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " initiated_as TEXT NOT NULL DEFAULT 'CHARGEBACK',"
        " status TEXT NOT NULL DEFAULT 'NEEDS_RESPONSE', created_at INTEGER NOT NULL"
    ),
    "jobs": "id TEXT PRIMARY KEY, created_at INTEGER NOT NULL",
    "abandoned_checkouts": (
        # lines: [{"variant_id": 1, "product_id": 1, "title": "", "sku": "", "quantity": 1,
        # "unit_price": <scaled>}]
        "id INTEGER PRIMARY KEY, customer_id INTEGER, email TEXT, created_at INTEGER NOT NULL,"
        " updated_at INTEGER NOT NULL, completed_at INTEGER, subtotal INTEGER NOT NULL,"
        " tax INTEGER NOT NULL DEFAULT 0, discounts INTEGER NOT NULL DEFAULT 0,"
        " total INTEGER NOT NULL, discount_codes TEXT NOT NULL DEFAULT '[]',"
        " lines TEXT NOT NULL DEFAULT '[]', shipping_address TEXT"
    ),
    "metafields": (
        "id INTEGER PRIMARY KEY, owner TEXT NOT NULL, owner_id INTEGER NOT NULL,"
        " namespace TEXT NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
        " UNIQUE (owner, owner_id, namespace, key)"
    ),
    "collections": (
        "id INTEGER PRIMARY KEY, title TEXT NOT NULL, handle TEXT NOT NULL UNIQUE,"
        " description_html TEXT NOT NULL DEFAULT '', sort_order TEXT NOT NULL DEFAULT 'MANUAL',"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "collection_products": (
        "collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,"
        " product_id INTEGER NOT NULL REFERENCES products ON DELETE CASCADE,"
        " position INTEGER NOT NULL, PRIMARY KEY (collection_id, product_id)"
    ),
    "discounts": (
        # percentage in ten-thousandths of the price, or amount; items, customers and minimum are
        # JSON: {"all": true} or {"products": [], "variants": []} or {"collections": []}; NULL or
        # a list of customer ids; NULL or {"subtotal": scaled} or {"quantity": n}
        "id INTEGER PRIMARY KEY, title TEXT NOT NULL, code TEXT NOT NULL UNIQUE COLLATE NOCASE,"
        " percentage INTEGER, amount INTEGER, each_item INTEGER NOT NULL DEFAULT 0,"
        " items TEXT NOT NULL, customers TEXT, minimum TEXT, usage_limit INTEGER,"
        " once_per_customer INTEGER NOT NULL DEFAULT 0, combines TEXT NOT NULL DEFAULT '[]',"
        " starts_at INTEGER NOT NULL, ends_at INTEGER,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "risk_assessments": (
        # facts: a list like {"description": "", "sentiment": "NEGATIVE"}
        "id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,"
        " client_id TEXT NOT NULL, risk_level TEXT NOT NULL, facts TEXT NOT NULL,"
        " created_at INTEGER NOT NULL, UNIQUE (order_id, client_id)"
    ),
    "webhook_subscriptions": (
        "id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, topic TEXT NOT NULL, uri TEXT NOT NULL,"
        " include_fields TEXT NOT NULL DEFAULT '[]', failures INTEGER NOT NULL DEFAULT 0,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "webhook_deliveries": (
        # the outbox; wall-clock seconds, because patience is not the world's
        "id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL UNIQUE, event_id TEXT NOT NULL,"
        " subscription_id INTEGER NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL,"
        " triggered_at REAL NOT NULL, state TEXT NOT NULL DEFAULT 'pending',"
        " attempts INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL, last_result TEXT"
    ),
    "bulk_operations": (
        # scopes and version are those of the token and request that started it; ends in wall time
        "id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, scopes TEXT NOT NULL,"
        " version TEXT NOT NULL, query TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'CREATED',"
        " error_code TEXT, object_count INTEGER NOT NULL DEFAULT 0,"
        " root_object_count INTEGER NOT NULL DEFAULT 0, file_size INTEGER,"
        " completed_at INTEGER, expires_wall REAL,"
        " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ),
    "idempotency_keys": (
        "client_id TEXT NOT NULL, key TEXT NOT NULL, mutation TEXT NOT NULL,"
        " arguments_hash TEXT NOT NULL, response TEXT NOT NULL, created_wall REAL NOT NULL,"
        " PRIMARY KEY (client_id, key)"
    ),
    "journal": (
        # every write that came in by the API or the control door, in order
        "id INTEGER PRIMARY KEY, at INTEGER NOT NULL, wall_at REAL NOT NULL,"
        " actor TEXT NOT NULL, mutation TEXT NOT NULL, subject TEXT NOT NULL,"
        " before TEXT, after TEXT, idempotency_key TEXT, request_id TEXT"
    ),
    "api_tokens": (
        "digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, scopes TEXT NOT NULL, expires_wall REAL"
    ),
    "refresh_tokens": (
        # replaces: the digest of the token whose use made this one
        "digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, scopes TEXT NOT NULL,"
        " expires_wall REAL NOT NULL, first_used_wall REAL, replaces TEXT"
    ),
    "oauth_codes": (
        "digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, scopes TEXT NOT NULL,"
        " online INTEGER NOT NULL, expires_wall REAL NOT NULL"
    ),
    "supplier_orders": (
        # placed at an invented supplier; total in whole cents of EUR, times in world seconds
        "id INTEGER PRIMARY KEY, house TEXT NOT NULL, reference TEXT NOT NULL,"
        " lines TEXT NOT NULL, recipient TEXT, total INTEGER NOT NULL,"
        " placed_at INTEGER NOT NULL, promised_at INTEGER NOT NULL, ships_at INTEGER NOT NULL,"
        " arrives_at INTEGER NOT NULL, cancelled_at INTEGER, UNIQUE (house, reference)"
    ),
    "world_state": "key TEXT PRIMARY KEY, value TEXT NOT NULL",
}
# what survives emptying the store: clients stay connected
KEPT = frozenset(
    {
        "clock",
        "sequences",
        "api_tokens",
        "refresh_tokens",
        "oauth_codes",
        "webhook_subscriptions",
        "meta",
    }
)

INDEXES: tuple[str, ...] = (
    "products_updated ON products (updated_at, id)",
    "products_title ON products (title COLLATE NOCASE, id)",
    "collection_of_product ON collection_products (product_id)",
    "products_handle ON products (handle)",
    "variants_product ON variants (product_id, position, id)",
    "variants_sku ON variants (sku COLLATE NOCASE)",
    "variants_updated ON variants (updated_at, id)",
    "items_variant ON inventory_items (variant_id)",
    "items_updated ON inventory_items (updated_at, id)",
    "refresh_replaces ON refresh_tokens (replaces)",
    "levels_location ON inventory_levels (location_id, item_id)",
    "customers_updated ON customers (updated_at, id)",
    "customers_email ON customers (email COLLATE NOCASE)",
    "orders_updated ON orders (updated_at, id)",
    "orders_created ON orders (created_at, id)",
    "orders_processed ON orders (processed_at, id)",
    "orders_customer ON orders (customer_id, id)",
    "lines_order ON order_lines (order_id, id)",
    "refunds_order ON refunds (order_id, id)",
    "refund_lines_refund ON refund_lines (refund_id, id)",
    "refund_lines_line ON refund_lines (line_id)",
    "returns_order ON returns (order_id, id)",
    "return_lines_of ON return_lines (return_id, id)",
    "return_lines_line ON return_lines (line_id)",
    "exchange_lines_of ON exchange_lines (return_id, id)",
    "fulfillments_order ON fulfillments (order_id, id)",
    "fulfillment_lines_of ON fulfillment_lines (fulfillment_id, id)",
    "fulfillment_lines_line ON fulfillment_lines (line_id)",
    "disputes_order ON disputes (order_id, id)",
    "holds_order ON fulfillment_holds (order_id, id)",
    "adjustments_refund ON order_adjustments (refund_id, id)",
    "checkouts_updated ON abandoned_checkouts (updated_at, id)",
    "checkouts_created ON abandoned_checkouts (created_at, id)",
    "deliveries_due ON webhook_deliveries (state, due_at)",
    "bulk_running ON bulk_operations (status, id)",
    "subscriptions_topic ON webhook_subscriptions (topic)",
)


def statements() -> list[str]:
    """DDL that creates whatever is missing; safe to run on every start."""
    tables = [f"CREATE TABLE IF NOT EXISTS {name} ({body})" for name, body in TABLES.items()]
    # tokens of a state file from before tokens could last
    tables.append("DROP TABLE IF EXISTS access_tokens")
    return tables + [f"CREATE INDEX IF NOT EXISTS {index}" for index in INDEXES]


@cache
def columns(table: str) -> tuple[str, ...]:
    """Column names of a table in their declared order; KeyError for an unknown table."""
    with sqlite3.connect(":memory:") as scratch:
        scratch.execute(f"CREATE TABLE {table} ({TABLES[table]})")
        return tuple(row[1] for row in scratch.execute(f"PRAGMA table_info({table})"))
