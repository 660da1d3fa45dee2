// Shopify's Node client against the sandbox: a paged read, a price write, a refusal.
// The client insists on https; only the address is changed on its way out.
import { createAdminApiClient } from "@shopify/admin-api-client";

const [base, accessToken, variant, price] = process.argv.slice(2);
const client = createAdminApiClient({
  storeDomain: "sandbox.myshopify.com",
  apiVersion: "2026-10",
  accessToken,
  customFetchApi: (url, init) => {
    const asked = new URL(url);
    return fetch(new URL(asked.pathname + asked.search, base), init);
  },
});

const titles = [];
let after = null;
do {
  const { data, errors } = await client.request(
    `query Products($after: String) {
      products(first: 2, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } }
    }`,
    { variables: { after } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  titles.push(...data.products.nodes.map((node) => node.title));
  after = data.products.pageInfo.hasNextPage ? data.products.pageInfo.endCursor : null;
} while (after);

const found = await client.request(
  "query V($id: ID!) { productVariant(id: $id) { product { id } } }",
  { variables: { id: variant } },
);
const write = await client.request(
  `mutation Price($product: ID!, $variants: [ProductVariantsBulkInput!]!) {
    productVariantsBulkUpdate(productId: $product, variants: $variants) {
      productVariants { id price } userErrors { field message }
    }
  }`,
  {
    variables: { product: found.data.productVariant.product.id, variants: [{ id: variant, price }] },
  },
);
const refused = await client.request("{ products(first: 1) { nodes { colour } } }");
console.log(
  JSON.stringify({
    titles,
    write: write.data.productVariantsBulkUpdate,
    refused: refused.errors.graphQLErrors[0].extensions.code,
    available: write.extensions.cost.throttleStatus.currentlyAvailable,
  }),
);
